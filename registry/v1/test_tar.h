#ifndef REGISTRYD_REGISTRY_V1_TEST_TAR_H_
#define REGISTRYD_REGISTRY_V1_TEST_TAR_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// Magic and version of the flavours.
inline constexpr absl::string_view kUstar("ustar\000\060\060", 8);
inline constexpr absl::string_view kGnu("ustar  \0", 8);
inline constexpr absl::string_view kV7("\0\0\0\0\0\0\0\0", 8);

// Makes archives for tests, sound ones and others. What is not set is 0 or empty:
//
//   TestTar("bin/sh").Mode(0755).With("#!") + TestTar("lib", '5').Block() + TarEnd()
class TestTar {
 public:
  explicit TestTar(absl::string_view name, char typeflag = '0');

  TestTar& Mode(int64_t mode);
  TestTar& Size(int64_t size);
  TestTar& Mtime(int64_t mtime);
  TestTar& Linkname(absl::string_view linkname);
  // The default is kUstar.
  TestTar& Magic(absl::string_view magic);
  // Whatever stands at `offset`.
  TestTar& Bytes(size_t offset, absl::string_view bytes);

  // One block, with its checksum.
  std::string Block() const;
  // A block that tells of `body`, and `body`.
  std::string With(absl::string_view body) const;

 private:
  std::string block_;
};

// `bytes` and NULs up to a block's end.
std::string Padded(absl::string_view bytes);

// Two blocks of zeros.
std::string TarEnd();

// "LENGTH KEY=VALUE\n".
std::string PaxRecord(absl::string_view key, absl::string_view value);

// Extends the next entry by `records`.
std::string PaxEntry(absl::string_view records);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TEST_TAR_H_
