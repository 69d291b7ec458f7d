#include "server/listen/accept_error.h"

#include <cerrno>

#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(ClassifyAcceptError, KnowsEveryErrorOfTheManual) {
  const struct {
    int error;
    AcceptError kind;
  } kCases[] = {
      {EAGAIN, AcceptError::kNoneWaiting},
      {EWOULDBLOCK, AcceptError::kNoneWaiting},
      {EINTR, AcceptError::kInterrupted},
      {ECONNABORTED, AcceptError::kConnectionLost},
      {EPERM, AcceptError::kConnectionLost},
      {EPROTO, AcceptError::kConnectionLost},
      {ENETDOWN, AcceptError::kConnectionLost},
      {ENOPROTOOPT, AcceptError::kConnectionLost},
      {EHOSTDOWN, AcceptError::kConnectionLost},
      {ENONET, AcceptError::kConnectionLost},
      {EHOSTUNREACH, AcceptError::kConnectionLost},
      {EOPNOTSUPP, AcceptError::kConnectionLost},
      {ENETUNREACH, AcceptError::kConnectionLost},
      {ETIMEDOUT, AcceptError::kConnectionLost},
      {EMFILE, AcceptError::kNoDescriptor},
      {ENFILE, AcceptError::kNoDescriptor},
      {ENOMEM, AcceptError::kNoMemory},
      {ENOBUFS, AcceptError::kNoMemory},
      {EBADF, AcceptError::kBroken},
      {EINVAL, AcceptError::kBroken},
      {ENOTSOCK, AcceptError::kBroken},
      {EFAULT, AcceptError::kBroken},
  };
  for (const auto& c : kCases) EXPECT_EQ(ClassifyAcceptError(c.error), c.kind) << c.error;
}

}  // namespace
}  // namespace registryd
