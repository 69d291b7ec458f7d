//! Prints what `ubuntu` means, and where to pull it from.

use registryd_client::v1::lookup_pull_endpoints_request::Target;
use registryd_client::v1::{LookupPullEndpointsRequest, ResolveRepositoryRequest};
use registryd_client::{Client, ClientOptions, RegistryError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), RegistryError> {
    let mut registry = Client::new(ClientOptions::default())?.registry();

    let request = ResolveRepositoryRequest { reference: "ubuntu".into() };
    let repository = registry.resolve_repository(request).await?.into_inner().repository.unwrap_or_default();
    println!("{}", repository.name);

    let target = Some(Target::Reference("ubuntu".into()));
    let answer = registry.lookup_pull_endpoints(LookupPullEndpointsRequest { target }).await?.into_inner();
    for endpoint in answer.endpoints {
        println!("{}", endpoint.url);
    }
    Ok(())
}
