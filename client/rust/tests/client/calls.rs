use std::time::Duration;

use registryd_client::v1::*;
use registryd_client::{Client, ClientOptions};
use tokio::time::timeout;
use tonic::{Code, Request, Status};

use crate::fake::{Fake, PATIENCE, silence};

#[tokio::test]
async fn a_unix_socket_is_dialled() {
    let folder = tempfile::tempdir().unwrap();
    // What a URI would have to escape.
    let path = folder.path().join("a b%20#?[.sock");
    let fake = Fake::new(|_| Ok("docker.io".into()));
    fake.serve_unix(&path);
    let address = Some(format!("unix:{}", path.display()));
    let client = Client::new(ClientOptions { address, ..Default::default() }).unwrap();
    let answer = client.registry().parse_reference(ParseReferenceRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().domain, "docker.io");
}

#[tokio::test]
async fn the_user_agent_goes_first() {
    let fake = Fake::new(|_| Ok("".into()));
    let address = Some(fake.serve_tcp(None).await);
    let user_agent = Some("tester/1".into());
    let client = Client::new(ClientOptions { address, user_agent, ..Default::default() }).unwrap();
    client.registry().parse_reference(ParseReferenceRequest::default()).await.unwrap();
    assert!(fake.user_agent().starts_with("tester/1 tonic/"), "{}", fake.user_agent());
}

#[tokio::test]
async fn answers_may_be_large() {
    let fake = Fake::new(|_| Ok("x".repeat(5 << 20)));
    let client = fake.client().await;
    let answer = client.registry().parse_reference(ParseReferenceRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().domain.len(), 5 << 20);
}

#[tokio::test]
async fn answers_above_64_mib_are_refused() {
    let fake = Fake::new(|_| Ok("x".repeat((64 << 20) + 1)));
    let client = fake.client().await;
    let mut request = Request::new(ParseReferenceRequest::default());
    request.set_timeout(PATIENCE);
    let error = client.registry().parse_reference(request).await.unwrap_err();
    assert_eq!(error.code(), Code::OutOfRange, "{error}");
}

#[tokio::test]
async fn a_read_is_repeated() {
    let fake = Fake::new(|call| match call {
        0 => Err(Status::unavailable("not yet")),
        _ => Ok("docker.io".into()),
    });
    let answer =
        fake.client().await.registry().parse_reference(ParseReferenceRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().domain, "docker.io");
    assert_eq!(fake.calls(), ["ParseReference"; 2]);
}

#[tokio::test]
async fn a_read_is_given_up_after_three_attempts() {
    let fake = Fake::new(|_| Err(Status::unavailable("never")));
    let error =
        fake.client().await.registry().parse_reference(ParseReferenceRequest::default()).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "never"));
    assert_eq!(fake.calls(), ["ParseReference"; 3]);
}

#[tokio::test]
async fn what_asks_a_registry_or_changes_something_is_not_repeated() {
    let fake = Fake::new(|_| Err(Status::unavailable("never")));
    let client = fake.client().await;
    let (mut registry, mut config, mut session) = (client.registry(), client.config(), client.v1_session());
    registry.auth(AuthRequest::default()).await.unwrap_err();
    registry.ping_v2_registry(PingV2RegistryRequest::default()).await.unwrap_err();
    registry.search(SearchRequest::default()).await.unwrap_err();
    config.load_mirrors(LoadMirrorsRequest::default()).await.unwrap_err();
    session.ping(PingRequest::default()).await.unwrap_err();
    assert_eq!(fake.calls(), ["Auth", "PingV2Registry", "Search", "LoadMirrors", "Ping"]);
}

#[tokio::test]
async fn calls_end_with_their_deadline() {
    let fake = Fake::new(|_| Err(silence()));
    let address = Some(fake.serve_tcp(None).await);
    for (name, default, own) in
        [("default", Duration::from_millis(50), None), ("own", PATIENCE, Some(Duration::from_millis(50)))]
    {
        let options = ClientOptions { address: address.clone(), timeout: default, ..Default::default() };
        let mut request = Request::new(ParseReferenceRequest::default());
        if let Some(own) = own {
            request.set_timeout(own);
        }
        let client = Client::new(options).unwrap();
        let error = timeout(PATIENCE, client.registry().parse_reference(request)).await.unwrap().unwrap_err();
        assert_eq!(error.code(), Code::DeadlineExceeded, "{name}");
    }
}

#[tokio::test]
async fn a_listener_that_never_answers_costs_no_more_than_the_deadline() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Some(listener.local_addr().unwrap().to_string());
    let options = ClientOptions { address, timeout: Duration::from_millis(50), ..Default::default() };
    let client = Client::new(options).unwrap();
    let call = async { client.registry().parse_reference(ParseReferenceRequest::default()).await };
    let error = timeout(PATIENCE, call).await.unwrap().unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded, "{error}");
}

#[tokio::test]
async fn a_watch_ends_when_it_is_dropped() {
    let fake = Fake::new(|_| Ok("".into()));
    let left = fake.when_left();
    let client = fake.client().await;
    let mut watch =
        client.config().watch_service_config(WatchServiceConfigRequest {}).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().version, 7);
    drop(watch);
    timeout(PATIENCE, left).await.unwrap().unwrap();
}
