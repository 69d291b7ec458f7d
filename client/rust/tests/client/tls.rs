use std::path::PathBuf;
use std::time::Duration;

use registryd_client::v1::ParseReferenceRequest;
use registryd_client::{Client, ClientOptions, RegistryError, TlsOptions};
use tokio::net::TcpListener;
use tonic::Code;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::fake::Fake;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/client/certificates").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

/// A service on loopback that wants client certificates. Returns its address.
async fn serve() -> String {
    fake().serve_tcp(Some(server_tls())).await
}

fn fake() -> Fake {
    Fake::new(|_| Ok("docker.io".into()))
}

fn server_tls() -> ServerTlsConfig {
    ServerTlsConfig::new()
        .identity(Identity::from_pem(read("server.pem"), read("server.key")))
        .client_ca_root(Certificate::from_pem(read("ca.pem")))
}

fn good() -> TlsOptions {
    TlsOptions {
        ca_file: Some(path("ca.pem")),
        cert_file: Some(path("client.pem")),
        key_file: Some(path("client.key")),
        server_name: Some("server.test.example".into()),
    }
}

async fn call(tls: Option<TlsOptions>) -> Result<String, RegistryError> {
    let client = Client::new(ClientOptions { address: Some(serve().await), tls, ..Default::default() })?;
    Ok(client.registry().parse_reference(ParseReferenceRequest::default()).await?.into_inner().domain)
}

#[tokio::test]
async fn connects_with_the_right_files() {
    assert_eq!(call(Some(good())).await.as_deref(), Ok("docker.io"));
}

#[tokio::test]
async fn whom_it_does_not_trust_is_unavailable() {
    for (name, tls) in [
        ("another name", Some(TlsOptions { server_name: Some("other.test.example".into()), ..good() })),
        ("the address's host", Some(TlsOptions { server_name: None, ..good() })),
        ("the system's authorities", Some(TlsOptions { ca_file: None, ..good() })),
        ("without a certificate", Some(TlsOptions { cert_file: None, key_file: None, ..good() })),
        ("plain text", None),
    ] {
        let error = call(tls).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable, "{name}: {error}");
    }
}

const ADDRESS_OF_TEST: &str = "TEST_ADDRESS";

/// In another process, whose system trusts the test's authority.
#[tokio::test]
async fn the_systems_authorities_are_the_default() {
    let run = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "tls::calls_without_a_ca_file"])
        .env("SSL_CERT_FILE", path("ca.pem"))
        .env(ADDRESS_OF_TEST, serve().await)
        .output();
    let output = run.await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
#[ignore = "the_systems_authorities_are_the_default runs it"]
async fn calls_without_a_ca_file() {
    let tls = Some(TlsOptions { ca_file: None, ..good() });
    let address = std::env::var(ADDRESS_OF_TEST).ok();
    let client = Client::new(ClientOptions { address, tls, ..Default::default() }).unwrap();
    client.registry().parse_reference(ParseReferenceRequest::default()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_end_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Some(listener.local_addr().unwrap().to_string());
    let client = Client::new(ClientOptions { address, tls: Some(good()), ..Default::default() }).unwrap();
    let call = async || client.registry().parse_reference(ParseReferenceRequest::default()).await;
    assert_eq!(call().await.unwrap_err().code(), Code::DeadlineExceeded, "the listener is silent");

    tokio::time::advance(Duration::from_secs(20)).await;
    let (_silent, _) = listener.accept().await.unwrap();
    fake().serve(listener, Some(server_tls()));
    // What goes over the wire from here on takes real time.
    tokio::time::resume();
    assert_eq!(call().await.unwrap().into_inner().domain, "docker.io");
}
