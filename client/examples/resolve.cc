// Prints which repository `ubuntu` means, and where to pull it from.
#include <iostream>

#include "client/error_details.h"
#include "client/registry_client.h"

namespace {

absl::Status Run() {
  auto client = registryd::client::RegistryClient::Create({});
  if (!client.ok()) return client.status();

  registry::v1::ResolveRepositoryRequest resolve;
  resolve.set_reference("ubuntu");
  const auto found = (*client)->ResolveRepository(resolve);
  if (!found.ok()) return found.status();
  std::cout << found->repository().name() << "\n";

  registry::v1::LookupPullEndpointsRequest lookup;
  lookup.set_reference("ubuntu");
  const auto answer = (*client)->LookupPullEndpoints(lookup);
  if (!answer.ok()) return answer.status();
  for (const auto& endpoint : answer->endpoints()) std::cout << endpoint.url() << "\n";
  return absl::OkStatus();
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (status.ok()) return 0;
  std::cerr << registryd::client::DetailsOf(status).reason << ": " << status.message() << "\n";
  return 1;
}
