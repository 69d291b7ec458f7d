#include "registry/fs/temporary_folder.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"

namespace registryd {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  path_ = (fs::temp_directory_path() / "registryd-test-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) {
    std::cerr << "no temporary folder can be made\n";
    abort();
  }
  path_ = fs::canonical(path_).string();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::Path(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

void TemporaryFolder::MakeFolder(absl::string_view name) const {
  fs::create_directories(Path(name));
}

void TemporaryFolder::Write(absl::string_view name, absl::string_view content) const {
  std::ofstream file(Path(name), std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) {
    std::cerr << Path(name) << " cannot be written\n";
    abort();
  }
}

void TemporaryFolder::Link(absl::string_view target, absl::string_view name) const {
  fs::create_symlink(std::string(target), Path(name));
}

void TemporaryFolder::Rename(absl::string_view from, absl::string_view to) const {
  fs::rename(Path(from), Path(to));
}

void TemporaryFolder::Remove(absl::string_view name) const { fs::remove_all(Path(name)); }

}  // namespace registryd
