#ifndef REGISTRYD_SERVER_GRPC_LOG_H_
#define REGISTRYD_SERVER_GRPC_LOG_H_

#include "server/observe/logger.h"

namespace registryd {

// As long as it lives, what gRPC itself would write to standard error is a debug
// record of `logger` that names the place in gRPC's source and leaves out the
// text: that repeats what peers sent, headers included, and a peer could fill a
// log with it. One at a time.
class GrpcLog {
 public:
  explicit GrpcLog(Logger& logger);
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
  // gRPC logs nothing from then on.
  ~GrpcLog();
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_GRPC_LOG_H_
