#include "server/listen/goaway.h"

#include <grpc/status.h>

#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "src/core/lib/channel/channel_stack.h"
#include "src/core/lib/channel/channel_stack_builder.h"
#include "src/core/lib/config/core_configuration.h"
#include "src/core/lib/iomgr/error.h"
#include "src/core/lib/iomgr/exec_ctx.h"
#include "src/core/lib/surface/channel_init.h"
#include "src/core/lib/surface/channel_stack_type.h"
#include "src/core/lib/transport/transport.h"

namespace registryd {
namespace {

using Connections = absl::flat_hash_set<grpc_channel_stack*>;

ABSL_CONST_INIT absl::Mutex mutex(absl::kConstInit);

// A stack is in here from when it is complete until it is destroyed.
Connections& OpenConnections() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
  static auto* const connections = new Connections;
  return *connections;
}

grpc_error_handle StartCall(grpc_call_element*, const grpc_call_element_args*) {
  return absl::OkStatus();
}
void EndCall(grpc_call_element*, const grpc_call_final_info*, grpc_closure*) {}

grpc_error_handle StartConnection(grpc_channel_element* element, grpc_channel_element_args* args) {
  *static_cast<grpc_channel_stack**>(element->channel_data) = args->channel_stack;
  return absl::OkStatus();
}
void AddConnection(grpc_channel_stack* stack, grpc_channel_element*) {
  absl::MutexLock lock(&mutex);
  OpenConnections().insert(stack);
}
void EndConnection(grpc_channel_element* element) {
  absl::MutexLock lock(&mutex);
  OpenConnections().erase(*static_cast<grpc_channel_stack**>(element->channel_data));
}

// Lets everything pass; it is there to know the connections.
const grpc_channel_filter kFilter = {
    grpc_call_next_op,
    /*make_call_promise=*/nullptr,
    grpc_channel_next_op,
    /*sizeof_call_data=*/0,
    StartCall,
    grpc_call_stack_ignore_set_pollset_or_pollset_set,
    EndCall,
    sizeof(grpc_channel_stack*),
    StartConnection,
    AddConnection,
    EndConnection,
    grpc_channel_next_get_info,
    "registryd_goaway",
};

// gRPC takes filters only before its first use, which nothing before main is.
[[maybe_unused]] const bool kRegistered = [] {
  grpc_core::CoreConfiguration::RegisterBuilder([](grpc_core::CoreConfiguration::Builder* builder) {
    builder->channel_init()->RegisterStage(GRPC_SERVER_CHANNEL, GRPC_CHANNEL_INIT_BUILTIN_PRIORITY,
                                           [](grpc_core::ChannelStackBuilder* stack) {
                                             stack->PrependFilter(&kFilter);
                                             return true;
                                           });
  });
  return true;
}();

// Those that no other thread is about to destroy, each with a reference.
std::vector<grpc_channel_stack*> TakeConnections() {
  std::vector<grpc_channel_stack*> taken;
  absl::MutexLock lock(&mutex);
  for (grpc_channel_stack* stack : OpenConnections()) {
    if (stack->refcount.refs.RefIfNonZero()) taken.push_back(stack);
  }
  return taken;
}

}  // namespace

void SendGoaway() {
  grpc_core::ExecCtx exec_ctx;
  for (grpc_channel_stack* stack : TakeConnections()) {
    grpc_transport_op* op = grpc_make_transport_op(nullptr);
    op->goaway_error = grpc_error_set_int(GRPC_ERROR_CREATE("Server shutdown"),
                                          grpc_core::StatusIntProperty::kRpcStatus, GRPC_STATUS_OK);
    grpc_channel_element* top = grpc_channel_stack_element(stack, 0);
    top->filter->start_transport_op(top, op);
    GRPC_CHANNEL_STACK_UNREF(stack, "goaway");
  }
}

}  // namespace registryd
