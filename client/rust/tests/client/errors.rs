use registryd_client::v1::*;
use registryd_client::{Client, ClientOptions, ERROR_DOMAIN, RegistryError};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::fake::Fake;

async fn domain_of(client: &Client, reference: &str) -> Result<String, RegistryError> {
    let request = ParseReferenceRequest { reference: reference.into() };
    Ok(client.registry().parse_reference(request).await?.into_inner().domain)
}

#[tokio::test]
async fn details_cross_the_wire() {
    let fake = Fake::new(|_| {
        let mut details = ErrorDetails::new();
        details.set_error_info("REFERENCE_INVALID", "registry.v1", [("at".to_owned(), "ünï".to_owned())]);
        details.add_bad_request_violation("reference", "has no path");
        Err(Status::with_error_details(Code::InvalidArgument, "in\nvalid: <ü>", details))
    });
    let error = domain_of(&fake.client().await, "").await.unwrap_err();
    assert_eq!(error.code_name(), "INVALID_ARGUMENT");
    assert_eq!(error.message(), "in\nvalid: <ü>");
    assert_eq!((error.domain(), error.reason()), (ERROR_DOMAIN, "REFERENCE_INVALID"));
    assert_eq!(error.metadata()["at"], "ünï");
    assert_eq!(error.field_violations()[0].field, "reference");
    assert_eq!(error.field_violations()[0].description, "has no path");
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let address = Some(format!("unix:{}", folder.path().join("missing.sock").display()));
    let client = Client::new(ClientOptions { address, ..Default::default() }).unwrap();
    let error = domain_of(&client, "ubuntu").await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(error.reason(), "");
    assert!(error.message().contains("No such file"), "{error}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_unavailable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Some(listener.local_addr().unwrap().to_string());
    // Accepts and closes at once, for ever.
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let client = Client::new(ClientOptions { address, ..Default::default() }).unwrap();
    let error = domain_of(&client, "ubuntu").await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable, "{error}");
}

#[test]
fn secrets_are_not_printed() {
    let secrets = AuthConfig {
        username: "ann".into(),
        password: "s3cret".into(),
        auth: "s3cret".into(),
        identity_token: "s3cret".into(),
        registry_token: "s3cret".into(),
        ..Default::default()
    };
    let request = AuthRequest { auth_config: Some(secrets.clone()), ..Default::default() };
    let text = format!(
        "{request:?} {:?} {:?} {:?} {:?}",
        ResolveAuthConfigRequest { auth_configs: [("key".into(), secrets)].into(), ..Default::default() },
        Header { name: "authorization".into(), value: "s3cret".into() },
        ClientCertificate { private_key_pem: "s3cret".into(), ..Default::default() },
        AuthResponse { identity_token: "s3cret".into(), ..Default::default() },
    );
    assert!(text.contains("ann"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}
