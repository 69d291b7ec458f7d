#include "registry/v1/test_tar.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace registryd {
namespace {

constexpr size_t kBlockSize = 512;

}  // namespace

TestTar::TestTar(absl::string_view name, char typeflag) : block_(kBlockSize, '\0') {
  Bytes(0, name).Mode(0).Bytes(108, "0000000").Bytes(116, "0000000").Size(0).Mtime(0);
  Bytes(156, absl::string_view(&typeflag, 1)).Magic(kUstar);
}

TestTar& TestTar::Mode(int64_t mode) { return Bytes(100, absl::StrFormat("%07o", mode)); }
TestTar& TestTar::Size(int64_t size) { return Bytes(124, absl::StrFormat("%011o", size)); }
TestTar& TestTar::Mtime(int64_t mtime) { return Bytes(136, absl::StrFormat("%011o", mtime)); }
TestTar& TestTar::Linkname(absl::string_view linkname) { return Bytes(157, linkname); }
TestTar& TestTar::Magic(absl::string_view magic) { return Bytes(257, magic); }

TestTar& TestTar::Bytes(size_t offset, absl::string_view bytes) {
  block_.replace(offset, bytes.size(), bytes.data(), bytes.size());
  return *this;
}

std::string TestTar::Block() const {
  TestTar copy = *this;
  copy.Bytes(148, "        ");
  unsigned sum = 0;
  for (const char c : copy.block_) sum += static_cast<unsigned char>(c);
  copy.Bytes(148, absl::StrFormat("%06o", sum)).Bytes(154, absl::string_view("\0 ", 2));
  return copy.block_;
}

std::string TestTar::With(absl::string_view body) const {
  TestTar copy = *this;
  copy.Size(static_cast<int64_t>(body.size()));
  return copy.Block() + Padded(body);
}

std::string Padded(absl::string_view bytes) {
  std::string padded(bytes);
  padded.resize((bytes.size() + kBlockSize - 1) / kBlockSize * kBlockSize);
  return padded;
}

std::string TarEnd() { return std::string(2 * kBlockSize, '\0'); }

std::string PaxRecord(absl::string_view key, absl::string_view value) {
  const std::string rest = absl::StrCat(" ", key, "=", value, "\n");
  size_t size = rest.size();
  while (absl::StrCat(size).size() + rest.size() != size) ++size;
  return absl::StrCat(size, rest);
}

std::string PaxEntry(absl::string_view records) {
  return TestTar("PaxHeaders/x", 'x').With(records);
}

}  // namespace registryd
