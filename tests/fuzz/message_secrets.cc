#include "tests/fuzz/message_secrets.h"

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsSecret(const FieldDescriptor& field) {
  static constexpr absl::string_view kNames[] = {"password", "auth", "identity_token",
                                                 "registry_token"};
  for (const absl::string_view name : kNames) {
    if (absl::string_view(field.name()) == name) return true;
  }
  return false;
}

void Collect(const Message& message, MessageTexts& texts) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Collect(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                     : reflection.GetMessage(message, field),
                texts);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::string text = field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                                : reflection.GetString(message, field);
        if (IsSecret(*field)) {
          texts.secrets.push_back(std::move(text));
        } else {
          absl::StrAppend(&texts.open, text, "\n");
        }
      }
    }
  }
}

}  // namespace

MessageTexts TextsOf(const Message& message) {
  MessageTexts texts;
  Collect(message, texts);
  return texts;
}

}  // namespace registryd
