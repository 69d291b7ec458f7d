import dev.registryd.client.RegistryClient;
import dev.registryd.client.RegistryException;
import dev.registryd.registry.v1.APIEndpoint;
import dev.registryd.registry.v1.LookupPullEndpointsRequest;
import dev.registryd.registry.v1.ResolveRepositoryRequest;

/** Prints which repository `ubuntu` means, and where to pull it from. */
final class Resolve {
  public static void main(String[] arguments) {
    var repository = ResolveRepositoryRequest.newBuilder().setReference("ubuntu").build();
    var endpoints = LookupPullEndpointsRequest.newBuilder().setReference("ubuntu").build();
    try (RegistryClient client = RegistryClient.create()) {
      var found = client.call(() -> client.registry().resolveRepository(repository));
      System.out.println(found.getRepository().getName());
      var answer = client.call(() -> client.registry().lookupPullEndpoints(endpoints));
      for (APIEndpoint endpoint : answer.getEndpointsList()) {
        System.out.println(endpoint.getUrl());
      }
    } catch (RegistryException failure) {
      System.err.println(failure.getMessage());
      System.exit(1);
    }
  }
}
