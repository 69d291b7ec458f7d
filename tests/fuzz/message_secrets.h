#ifndef REGISTRYD_TESTS_FUZZ_MESSAGE_SECRETS_H_
#define REGISTRYD_TESTS_FUZZ_MESSAGE_SECRETS_H_

#include <string>
#include <vector>

#include "google/protobuf/message.h"

namespace registryd {

// The texts of a request, apart.
struct MessageTexts {
  // Passwords, tokens and what stands for them, by the names of their fields.
  std::vector<std::string> secrets;
  // All others, in one.
  std::string open;
};

MessageTexts TextsOf(const google::protobuf::Message& message);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_FUZZ_MESSAGE_SECRETS_H_
