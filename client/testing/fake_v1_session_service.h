#ifndef REGISTRYD_CLIENT_TESTING_FAKE_V1_SESSION_SERVICE_H_
#define REGISTRYD_CLIENT_TESTING_FAKE_V1_SESSION_SERVICE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/testing/script.h"
#include "registry/v1/v1_session_service.grpc.pb.h"

namespace registryd::client {

namespace v1 = ::registry::v1;

// Answers one download.
using FakeDownload =
    std::function<grpc::Status(const v1::GetRemoteImageLayerRequest& request,
                               grpc::ServerWriter<v1::GetRemoteImageLayerResponse>& writer)>;

// Sends `layer` from the request's offset on, in chunks of 1,000 bytes, its size known.
FakeDownload SendLayer(std::string layer);

// The same up to, and without, byte `end` of `layer`; then fails.
FakeDownload BreakOff(std::string layer, int64_t end, grpc::Status status);

// Sends a layer of unknown size until the caller goes.
FakeDownload SendWithoutEnd();

// Sends `messages`, and ends with OK.
FakeDownload SendMessages(std::vector<v1::GetRemoteImageLayerResponse> messages);

// V1SessionService, by script.
class FakeV1SessionService final : public v1::V1SessionService::Service {
 public:
  Script<v1::CreateSessionRequest, v1::CreateSessionResponse> create_session;
  Script<v1::DeleteSessionRequest, v1::DeleteSessionResponse> delete_session;
  Script<v1::PingRequest, v1::PingResponse> ping;
  Script<v1::GetRemoteHistoryRequest, v1::GetRemoteHistoryResponse> get_remote_history;
  Script<v1::LookupRemoteImageRequest, v1::LookupRemoteImageResponse> lookup_remote_image;
  Script<v1::GetRemoteImageJSONRequest, v1::GetRemoteImageJSONResponse> get_remote_image_json;
  Script<v1::GetRemoteTagRequest, v1::GetRemoteTagResponse> get_remote_tag;
  Script<v1::GetRemoteTagsRequest, v1::GetRemoteTagsResponse> get_remote_tags;
  Script<v1::GetRepositoryDataRequest, v1::GetRepositoryDataResponse> get_repository_data;
  Script<v1::SearchRepositoriesRequest, v1::SearchRepositoriesResponse> search_repositories;
  Script<v1::PushImageChecksumRegistryRequest, v1::PushImageChecksumRegistryResponse>
      push_image_checksum_registry;
  Script<v1::PushImageJSONRegistryRequest, v1::PushImageJSONRegistryResponse>
      push_image_json_registry;
  Script<v1::PushRegistryTagRequest, v1::PushRegistryTagResponse> push_registry_tag;
  Script<v1::PushImageJSONIndexRequest, v1::PushImageJSONIndexResponse> push_image_json_index;
  // The request is the metadata of an upload.
  Script<v1::V1LayerMetadata, v1::PushImageLayerRegistryResponse> push_image_layer_registry;

  // One for each download to come; the last answers all from its own on. Set before the
  // first.
  std::vector<FakeDownload> downloads;

  // Called with each part of an upload's layer. False: answer without the rest.
  std::function<bool(const std::string& chunk)> take_chunk = [](const std::string&) {
    return true;
  };

  // All requests for downloads so far.
  std::vector<v1::GetRemoteImageLayerRequest> download_requests() const;

  // The layers of all uploads, oldest first; of one that the caller broke off, what came
  // of it.
  std::vector<std::string> uploads() const;

 private:
  grpc::Status CreateSession(grpc::ServerContext*, const v1::CreateSessionRequest* request,
                             v1::CreateSessionResponse* response) override {
    return create_session.Play(*request, response);
  }
  grpc::Status DeleteSession(grpc::ServerContext*, const v1::DeleteSessionRequest* request,
                             v1::DeleteSessionResponse* response) override {
    return delete_session.Play(*request, response);
  }
  grpc::Status Ping(grpc::ServerContext*, const v1::PingRequest* request,
                    v1::PingResponse* response) override {
    return ping.Play(*request, response);
  }
  grpc::Status GetRemoteHistory(grpc::ServerContext*, const v1::GetRemoteHistoryRequest* request,
                                v1::GetRemoteHistoryResponse* response) override {
    return get_remote_history.Play(*request, response);
  }
  grpc::Status LookupRemoteImage(grpc::ServerContext*, const v1::LookupRemoteImageRequest* request,
                                 v1::LookupRemoteImageResponse* response) override {
    return lookup_remote_image.Play(*request, response);
  }
  grpc::Status GetRemoteImageJSON(grpc::ServerContext*,
                                  const v1::GetRemoteImageJSONRequest* request,
                                  v1::GetRemoteImageJSONResponse* response) override {
    return get_remote_image_json.Play(*request, response);
  }
  grpc::Status GetRemoteTag(grpc::ServerContext*, const v1::GetRemoteTagRequest* request,
                            v1::GetRemoteTagResponse* response) override {
    return get_remote_tag.Play(*request, response);
  }
  grpc::Status GetRemoteTags(grpc::ServerContext*, const v1::GetRemoteTagsRequest* request,
                             v1::GetRemoteTagsResponse* response) override {
    return get_remote_tags.Play(*request, response);
  }
  grpc::Status GetRepositoryData(grpc::ServerContext*, const v1::GetRepositoryDataRequest* request,
                                 v1::GetRepositoryDataResponse* response) override {
    return get_repository_data.Play(*request, response);
  }
  grpc::Status SearchRepositories(grpc::ServerContext*,
                                  const v1::SearchRepositoriesRequest* request,
                                  v1::SearchRepositoriesResponse* response) override {
    return search_repositories.Play(*request, response);
  }
  grpc::Status PushImageChecksumRegistry(grpc::ServerContext*,
                                         const v1::PushImageChecksumRegistryRequest* request,
                                         v1::PushImageChecksumRegistryResponse* response) override {
    return push_image_checksum_registry.Play(*request, response);
  }
  grpc::Status PushImageJSONRegistry(grpc::ServerContext*,
                                     const v1::PushImageJSONRegistryRequest* request,
                                     v1::PushImageJSONRegistryResponse* response) override {
    return push_image_json_registry.Play(*request, response);
  }
  grpc::Status PushRegistryTag(grpc::ServerContext*, const v1::PushRegistryTagRequest* request,
                               v1::PushRegistryTagResponse* response) override {
    return push_registry_tag.Play(*request, response);
  }
  grpc::Status PushImageJSONIndex(grpc::ServerContext*,
                                  const v1::PushImageJSONIndexRequest* request,
                                  v1::PushImageJSONIndexResponse* response) override {
    return push_image_json_index.Play(*request, response);
  }
  grpc::Status GetRemoteImageLayer(
      grpc::ServerContext*, const v1::GetRemoteImageLayerRequest* request,
      grpc::ServerWriter<v1::GetRemoteImageLayerResponse>* writer) override;
  grpc::Status PushImageLayerRegistry(grpc::ServerContext*,
                                      grpc::ServerReader<v1::PushImageLayerRegistryRequest>* reader,
                                      v1::PushImageLayerRegistryResponse* response) override;

  mutable absl::Mutex mutex_;
  std::vector<v1::GetRemoteImageLayerRequest> download_requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> uploads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_TESTING_FAKE_V1_SESSION_SERVICE_H_
