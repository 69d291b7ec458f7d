//! Calls by their names, on serialised messages.

use std::pin::Pin;
use std::time::Duration;

use prost::Message;
use registryd_client::tonic::{Request, Status, Streaming};
use registryd_client::{Client, RegistryError, v1};

use crate::Refusal;

/// How a call ended: with a response, or with a failure.
pub type Answer = Result<Vec<u8>, RegistryError>;

fn request<M: Message + Default>(bytes: &[u8], timeout: Option<Duration>) -> Result<Request<M>, Refusal> {
    let mut request = Request::new(M::decode(bytes)?);
    if let Some(timeout) = timeout {
        request.set_timeout(timeout);
    }
    Ok(request)
}

macro_rules! unary {
    ($client:ident, $name:ident, $bytes:ident, $timeout:ident,
     $($service:literal $stub:ident { $($call:literal $method:ident,)* })*) => {
        match $name {
            $($(concat!($service, "/", $call) => {
                match $client.$stub().$method(request($bytes, $timeout)?).await {
                    Ok(response) => Ok(response.into_inner().encode_to_vec()),
                    Err(status) => Err(status.into()),
                }
            })*)*
            _ => return Err(format!("there is no call {}", $name).into()),
        }
    };
}

/// Makes the call `SERVICE/METHOD`.
pub async fn call(
    client: &Client,
    name: &str,
    bytes: &[u8],
    timeout: Option<Duration>,
) -> Result<Answer, Refusal> {
    Ok(unary! { client, name, bytes, timeout,
        "RegistryService" registry {
            "Auth" auth,
            "ResolveAuthConfig" resolve_auth_config,
            "GetAuthConfigKey" get_auth_config_key,
            "ResolveRepository" resolve_repository,
            "ParseRepositoryInfo" parse_repository_info,
            "ParseReference" parse_reference,
            "LookupPullEndpoints" lookup_pull_endpoints,
            "LookupPushEndpoints" lookup_push_endpoints,
            "BatchLookupPullEndpoints" batch_lookup_pull_endpoints,
            "IsInsecureRegistry" is_insecure_registry,
            "GetTLSConfig" get_tls_config,
            "PingV2Registry" ping_v2_registry,
            "Search" search,
            "ParseSearchIndexInfo" parse_search_index_info,
            "ValidateMirror" validate_mirror,
            "ValidateIndexName" validate_index_name,
            "ConvertToHostname" convert_to_hostname,
        }
        "ConfigService" config {
            "GetServiceConfig" get_service_config,
            "PrepareServiceConfig" prepare_service_config,
            "CommitServiceConfig" commit_service_config,
            "AbortServiceConfig" abort_service_config,
            "LoadMirrors" load_mirrors,
            "LoadInsecureRegistries" load_insecure_registries,
            "LoadAllowNondistributableArtifacts" load_allow_nondistributable_artifacts,
        }
        "V1SessionService" v1_session {
            "CreateSession" create_session,
            "DeleteSession" delete_session,
            "Ping" ping,
            "GetRemoteHistory" get_remote_history,
            "LookupRemoteImage" lookup_remote_image,
            "GetRemoteImageJSON" get_remote_image_json,
            "GetRemoteTag" get_remote_tag,
            "GetRemoteTags" get_remote_tags,
            "GetRepositoryData" get_repository_data,
            "PushImageChecksumRegistry" push_image_checksum_registry,
            "PushImageJSONRegistry" push_image_json_registry,
            "PushRegistryTag" push_registry_tag,
            "PushImageJSONIndex" push_image_json_index,
            "SearchRepositories" search_repositories,
        }
    })
}

/// The next message of a stream; None: it has ended.
type Next<'a> = Pin<Box<dyn Future<Output = Option<Answer>> + 'a>>;

/// Messages from the service. Dropping it cancels the call.
pub trait Stream {
    fn next(&mut self) -> Next<'_>;
}

impl<M: Message> Stream for Streaming<M> {
    fn next(&mut self) -> Next<'_> {
        Box::pin(async {
            let message = self.message().await.transpose()?;
            Some(message.map(|message| message.encode_to_vec()).map_err(RegistryError::from))
        })
    }
}

/// A stream that failed before its first message.
struct Failed(Option<Status>);

impl Stream for Failed {
    fn next(&mut self) -> Next<'_> {
        Box::pin(async { self.0.take().map(|status| Err(status.into())) })
    }
}

/// Opens the stream `SERVICE/METHOD`. A failure comes with its first message.
pub async fn open(
    client: &Client,
    name: &str,
    bytes: &[u8],
    timeout: Option<Duration>,
) -> Result<Box<dyn Stream>, Refusal> {
    fn boxed<M: Message + 'static>(
        answer: Result<registryd_client::tonic::Response<Streaming<M>>, Status>,
    ) -> Box<dyn Stream> {
        match answer {
            Ok(response) => Box::new(response.into_inner()),
            Err(status) => Box::new(Failed(Some(status))),
        }
    }
    match name {
        "ConfigService/WatchServiceConfig" => {
            let request = request::<v1::WatchServiceConfigRequest>(bytes, timeout)?;
            Ok(boxed(client.config().watch_service_config(request).await))
        }
        "V1SessionService/GetRemoteImageLayer" => {
            let request = request::<v1::GetRemoteImageLayerRequest>(bytes, timeout)?;
            Ok(boxed(client.v1_session().get_remote_image_layer(request).await))
        }
        _ => Err(format!("there is no stream {name}").into()),
    }
}
