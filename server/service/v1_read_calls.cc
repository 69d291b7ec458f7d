#include "server/service/v1_read_calls.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "registry/base/utf8.h"
#include "registry/v1/v1_index.h"
#include "registry/v1/v1_reads.h"
#include "registry/v1/v1_tags.h"
#include "server/service/convert.h"
#include "server/service/search_page.h"
#include "server/service/v1_page.h"

namespace registryd {
namespace {

template <typename Request>
V1ImageAddress ImageIn(const Request& request) {
  return {request.image_id(), request.registry()};
}

template <typename Request>
V1RepositoryAddress RepositoryIn(const Request& request) {
  return {request.repository(), {request.registries().begin(), request.registries().end()}};
}

// Answers with an error, or with what `fill` makes of the result.
template <typename Result, typename Fill>
auto Filling(DoneCallback done, Fill fill) {
  return [done = std::move(done), fill = std::move(fill)](absl::StatusOr<Result> result) mutable {
    if (!result.ok()) return std::move(done)(result.status());
    fill(*std::move(result));
    std::move(done)(absl::OkStatus());
  };
}

int32_t ToInt32(int64_t number) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
  return static_cast<int32_t>(std::max(kLeast, std::min(kMost, number)));
}

void FillImage(const V1Image& image, api::V1Image* message) {
  message->set_id(ValidUtf8(image.id));
  message->set_checksum(ValidUtf8(image.checksum));
  message->set_tag(ValidUtf8(image.tag));
}

}  // namespace

void AnswerV1(const std::shared_ptr<V1Session>& session, const api::PingRequest&,
              const CallContext& context, api::PingResponse* response, DoneCallback done) {
  PingV1Session(session, context, Filling<V1Ping>(std::move(done), [response](const V1Ping& ping) {
                  response->set_version(ValidUtf8(ping.version));
                  response->set_standalone(ping.standalone);
                }));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::GetRemoteHistoryRequest& request, const CallContext& context,
              api::GetRemoteHistoryResponse* response, DoneCallback done) {
  using Ids = std::vector<std::string>;
  GetRemoteHistory(session, ImageIn(request), context,
                   Filling<Ids>(std::move(done), [response](const Ids& ids) {
                     for (const std::string& id : ids) response->add_image_ids(ValidUtf8(id));
                   }));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::LookupRemoteImageRequest& request, const CallContext& context,
              api::LookupRemoteImageResponse*, DoneCallback done) {
  LookupRemoteImage(session, ImageIn(request), context, std::move(done));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::GetRemoteImageJSONRequest& request, const CallContext& context,
              api::GetRemoteImageJSONResponse* response, DoneCallback done) {
  GetRemoteImageJson(session, ImageIn(request), context,
                     Filling<V1ImageJson>(std::move(done), [response](V1ImageJson image) {
                       response->set_json(std::move(image.json));
                       response->set_size(image.size);
                     }));
}

void AnswerV1(const std::shared_ptr<V1Session>& session, const api::GetRemoteTagRequest& request,
              const CallContext& context, api::GetRemoteTagResponse* response, DoneCallback done) {
  GetRemoteTag(session, RepositoryIn(request), request.tag(), context,
               Filling<std::string>(std::move(done), [response](const std::string& id) {
                 response->set_image_id(ValidUtf8(id));
               }));
}

void AnswerV1(const std::shared_ptr<V1Session>& session, const api::GetRemoteTagsRequest& request,
              const CallContext& context, api::GetRemoteTagsResponse* response, DoneCallback done) {
  absl::StatusOr<V1Page> page = PageIn(request);
  if (!page.ok()) return std::move(done)(page.status());
  using Tags = std::map<std::string, std::string>;
  GetRemoteTags(session, RepositoryIn(request), context,
                Filling<Tags>(std::move(done), [page = *std::move(page), response](Tags tags) {
                  response->set_next_page_token(FillPage(tags, page, [response](const auto& tag) {
                    api::V1Tag* const message = response->add_tags();
                    message->set_name(ValidUtf8(tag.first));
                    message->set_image_id(ValidUtf8(tag.second));
                  }));
                }));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::GetRepositoryDataRequest& request, const CallContext& context,
              api::GetRepositoryDataResponse* response, DoneCallback done) {
  absl::StatusOr<V1Page> page = PageIn(request);
  if (!page.ok()) return std::move(done)(page.status());
  GetRepositoryData(
      session, request.repository(), context,
      Filling<V1RepositoryData>(std::move(done), [page = *std::move(page),
                                                  response](const V1RepositoryData& data) {
        response->set_next_page_token(FillPage(data.images, page, [response](const auto& image) {
          FillImage(image.second, response->add_images());
        }));
        for (const std::string& endpoint : data.endpoints) response->add_endpoints(endpoint);
      }));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::SearchRepositoriesRequest& request, const CallContext& context,
              api::SearchRepositoriesResponse* response, DoneCallback done) {
  const absl::StatusOr<SearchPage> page = PageIn(request);
  if (!page.ok()) return std::move(done)(page.status());
  SearchRepositories(
      session, request.term(), request.limit(), context,
      Filling<SearchResults>(
          std::move(done), [&request, page = *page, response](const SearchResults& answer) {
            api::SearchResults* const message = response->mutable_search_results();
            message->set_query(ValidUtf8(answer.query));
            message->set_num_results(ToInt32(answer.num_results));
            FillPage(answer.results, page, [message](const SearchResult& result) {
              Fill(result, message->add_results());
            });
            response->set_next_page_token(NextPageToken(request, page, answer.results.size()));
          }));
}

}  // namespace registryd
