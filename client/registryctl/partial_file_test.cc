#include "client/registryctl/partial_file.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "client/read_file.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::HasSubstr;

class PartialFileTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<PartialFile>> Open() { return PartialFile::Open(path_, part_); }

  client::TemporaryFolder folder_;
  const std::string path_ = folder_.Path("layer");
  const std::string part_ = folder_.Path("layer.part");
};

TEST_F(PartialFileTest, TakesItsPlaceWhenItIsComplete) {
  folder_.Write("layer", "old");
  const auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->size(), 0);
  EXPECT_EQ((*file)->Append("new "), absl::OkStatus());
  EXPECT_EQ((*file)->Append("bytes"), absl::OkStatus());
  EXPECT_EQ((*file)->size(), 9);
  EXPECT_EQ(client::ReadFile(path_).value(), "old");
  EXPECT_EQ((*file)->Complete(), absl::OkStatus());
  EXPECT_EQ(client::ReadFile(path_).value(), "new bytes");
  EXPECT_EQ(access(part_.c_str(), F_OK), -1);
}

TEST_F(PartialFileTest, GoesOnWithWhatWasWritten) {
  EXPECT_EQ(Open().value()->Append("some "), absl::OkStatus());
  const auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->size(), 5);
  EXPECT_EQ((*file)->Append("more"), absl::OkStatus());
  EXPECT_EQ((*file)->Complete(), absl::OkStatus());
  EXPECT_EQ(client::ReadFile(path_).value(), "some more");
}

TEST_F(PartialFileTest, IsWrittenByOneAtATime) {
  const auto first = Open();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Open().status().code(), absl::StatusCode::kAborted);
}

TEST_F(PartialFileTest, ErrorsNameTheFile) {
  const struct {
    const char* name;
    std::string part;
    absl::StatusCode code;
  } kCases[] = {
      {"no folder", folder_.Path("none/layer.part"), absl::StatusCode::kNotFound},
      {"a device", "/dev/null", absl::StatusCode::kFailedPrecondition},
  };
  for (const auto& c : kCases) {
    const auto file = PartialFile::Open(path_, c.part);
    EXPECT_EQ(file.status().code(), c.code) << c.name;
    EXPECT_THAT(file.status().message(), HasSubstr(c.part)) << c.name;
  }
  const auto file = PartialFile::Open(folder_.Path("none/layer"), part_);
  ASSERT_TRUE(file.ok()) << file.status();
  const absl::Status status = (*file)->Complete();
  EXPECT_THAT(status.message(), HasSubstr("none/layer"));
  EXPECT_EQ(access(part_.c_str(), F_OK), 0) << "kept";
}

TEST_F(PartialFileTest, FollowsNoLink) {
  folder_.Write("precious", "precious");
  ASSERT_EQ(symlink(folder_.Path("precious").c_str(), part_.c_str()), 0);
  EXPECT_FALSE(Open().ok());
  EXPECT_EQ(client::ReadFile(folder_.Path("precious")).value(), "precious");
}

}  // namespace
}  // namespace registryd::registryctl
