#include "registry/v1/v1_image_json.h"

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "registry/v1/v1_documents.h"

namespace registryd {
namespace {

TEST(V1ImageJsonTest, WritesStringsAsGoDoes) {
  struct Case {
    absl::string_view text;
    const char* json;
  };
  for (const Case& c : {
           Case{"", R"("")"},
           Case{"latest", R"("latest")"},
           Case{"a\"b\\c/d", R"("a\"b\\c/d")"},
           Case{"<a>&", R"("\u003ca\u003e\u0026")"},
           Case{"\b\f\n\r\t", R"("\b\f\n\r\t")"},
           Case{absl::string_view("\0\x01\x1f", 3), R"("\u0000\u0001\u001f")"},
           Case{"\x7f", "\"\x7f\""},
           Case{"\xe2\x80\xa8\xe2\x80\xa9", R"("\u2028\u2029")"},
           Case{"\xc3\xa9\xf0\x9f\x90\xb3", "\"\xc3\xa9\xf0\x9f\x90\xb3\""},
           Case{"a\xff\xc3", R"("a\ufffd\ufffd")"},
       }) {
    EXPECT_EQ(GoJsonString(c.text), c.json);
  }
}

TEST(V1ImageJsonTest, LeavesOutWhatIsEmptyButTheId) {
  EXPECT_EQ(V1ImagesJson({}), "[]");
  EXPECT_EQ(V1ImagesJson({V1Image{"a", "c1", "latest"}, V1Image{"b", "", "t<"},
                          V1Image{"c", "", ""}, V1Image{"", "", ""}}),
            R"([{"id":"a","checksum":"c1","Tag":"latest"},{"id":"b","Tag":"t\u003c"},)"
            R"({"id":"c"},{"id":""}])");
}

}  // namespace
}  // namespace registryd
