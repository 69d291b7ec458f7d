#include "registry/fs/confined_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;

// Both ways must give the same answers.
class ConfinedFolderTest : public testing::TestWithParam<Confinement> {
 protected:
  ConfinedFolderTest() {
    folder_.MakeFolder("root/host");
    folder_.MakeFolder("root/other");
    folder_.MakeFolder("outside");
    folder_.Write("outside/file", "outside");
    folder_.Write("root/file", "inside");
    folder_.Write("root/host/file", "inside");
    folder_.Write("root/other/file", "inside");
  }

  // The errno of opening `path`; 0 if it opens what says "inside".
  int Open(const std::string& path) const {
    int error = 0;
    const ConfinedFolder root(folder_.Path("root"), &error, GetParam());
    EXPECT_TRUE(root.valid());
    const FileDescriptor file = root.Open(path, O_RDONLY, &error);
    if (!file.valid()) return error;
    char content[16] = {};
    EXPECT_GT(read(file.get(), content, sizeof(content) - 1), 0) << path;
    EXPECT_STREQ(content, "inside") << path;
    return 0;
  }

  TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Ways, ConfinedFolderTest,
                         testing::Values(Confinement::kKernel, Confinement::kWalk),
                         [](const auto& info) {
                           return info.param == Confinement::kKernel ? "kernel" : "walk";
                         });

TEST_P(ConfinedFolderTest, OpensWhatIsInside) {
  for (const char* path :
       {"file", "host/file", "./host/./file", "host//file", "host/../file", "host/../other/file"}) {
    EXPECT_EQ(Open(path), 0) << path;
  }
}

TEST_P(ConfinedFolderTest, RefusesPathsThatLeadOut) {
  for (const std::string& path :
       {std::string("../outside/file"), std::string(".."), std::string("host/../../outside/file"),
        folder_.Path("root/file"), std::string("/etc/passwd"),
        // Out and in again.
        std::string("../root/file")}) {
    EXPECT_EQ(Open(path), EXDEV) << path;
  }
}

TEST_P(ConfinedFolderTest, FollowsLinksThatStayInside) {
  folder_.Link("file", "root/host/link");
  folder_.Link("../other/file", "root/host/sideways");
  folder_.Link("other", "root/alias");
  folder_.Link("..2024_1", "root/host/..data");
  folder_.MakeFolder("root/host/..2024_1");
  folder_.Write("root/host/..2024_1/ca.crt", "inside");
  folder_.Link("..data/ca.crt", "root/host/ca.crt");
  for (const char* path :
       {"host/link", "host/sideways", "alias/file", "host/ca.crt", "alias/../host/ca.crt"}) {
    EXPECT_EQ(Open(path), 0) << path;
  }
}

TEST_P(ConfinedFolderTest, RefusesLinksThatLeadOut) {
  folder_.Link("../../outside/file", "root/host/climbs");
  folder_.Link(folder_.Path("outside/file"), "root/host/absolute");
  folder_.Link(folder_.Path("root/file"), "root/host/absolute-inside");
  folder_.Link("../outside", "root/folder");
  folder_.Link("climbs", "root/host/chain");
  folder_.Link("../host/../../root/file", "root/host/out-and-in");
  for (const char* path : {"host/climbs", "host/absolute", "host/absolute-inside", "folder/file",
                           "host/chain", "host/out-and-in"}) {
    EXPECT_EQ(Open(path), EXDEV) << path;
  }
}

TEST_P(ConfinedFolderTest, SaysWhyAPathDoesNotOpen) {
  folder_.Link("loop", "root/loop");
  folder_.Link("nowhere", "root/dangling");
  EXPECT_EQ(Open(""), ENOENT);
  EXPECT_EQ(Open("missing"), ENOENT);
  EXPECT_EQ(Open("missing/file"), ENOENT);
  EXPECT_EQ(Open("file/below"), ENOTDIR);
  EXPECT_EQ(Open("file/"), ENOTDIR);
  EXPECT_EQ(Open("file/.."), ENOTDIR);
  EXPECT_EQ(Open("loop"), ELOOP);
  EXPECT_EQ(Open("dangling"), ENOENT);
  EXPECT_EQ(Open(std::string("fi\0le", 5)), EINVAL);
}

TEST_P(ConfinedFolderTest, ListsSorted) {
  int error = 0;
  const ConfinedFolder root(folder_.Path("root"), &error, GetParam());
  std::vector<std::string> names;
  EXPECT_EQ(root.List(".", &names), 0);
  EXPECT_THAT(names, ElementsAre("file", "host", "other"));
  EXPECT_EQ(root.List("host", &names), 0);
  EXPECT_THAT(names, ElementsAre("file"));
  EXPECT_EQ(root.List("file", &names), ENOTDIR);
  EXPECT_EQ(root.List("..", &names), EXDEV);
}

TEST_P(ConfinedFolderTest, FollowsTheFoldersOwnPath) {
  folder_.Link("root", "alias");
  int error = -1;
  const ConfinedFolder alias(folder_.Path("alias"), &error, GetParam());
  EXPECT_EQ(error, 0);
  EXPECT_TRUE(alias.Open("host/file", O_RDONLY, &error).valid());
}

TEST_P(ConfinedFolderTest, NeedsAFolder) {
  int error = 0;
  EXPECT_FALSE(ConfinedFolder(folder_.Path("missing"), &error, GetParam()).valid());
  EXPECT_EQ(error, ENOENT);
  EXPECT_FALSE(ConfinedFolder(folder_.Path("root/file"), &error, GetParam()).valid());
  EXPECT_EQ(error, ENOTDIR);
}

}  // namespace
}  // namespace registryd
