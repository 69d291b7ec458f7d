#include "server/lifecycle/process_hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(ForbidMemoryDumps, LeavesNoWayToACoreFile) {
  ASSERT_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
  ASSERT_TRUE(ForbidMemoryDumps().ok());
  EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
  rlimit limit = {1, 1};
  ASSERT_EQ(getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0u);
  EXPECT_EQ(limit.rlim_max, 0u);
  EXPECT_TRUE(ForbidMemoryDumps().ok());
  // A leak checker looks at this process when it ends, and needs to.
  EXPECT_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
}

}  // namespace
}  // namespace registryd
