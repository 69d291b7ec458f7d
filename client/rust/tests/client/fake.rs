//! A service that a test tells what to answer, and that notes what it was asked.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use registryd_client::v1::config_service_server::{ConfigService, ConfigServiceServer};
use registryd_client::v1::registry_service_server::{RegistryService, RegistryServiceServer};
use registryd_client::v1::v1_session_service_server::{V1SessionService, V1SessionServiceServer};
use registryd_client::v1::*;
use registryd_client::{Client, ClientOptions};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream, UnixListenerStream};
use tonic::codegen::BoxStream;
use tonic::transport::server::Router;
use tonic::transport::{Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

type Answer = dyn Fn(usize) -> Result<String, Status> + Send + Sync;

/// Answers call N, counted from 0, with text or with a failure. Text goes where the response
/// has room for it.
#[derive(Clone)]
pub struct Fake {
    answer: Arc<Answer>,
    /// Names of calls, with their `User-Agent`.
    seen: Arc<Mutex<Vec<(&'static str, String)>>>,
    /// Told when the caller of a watch has left.
    left: Arc<Mutex<Option<oneshot::Sender<()>>>>,
}

impl Fake {
    pub fn new(answer: impl Fn(usize) -> Result<String, Status> + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), seen: Arc::default(), left: Arc::default() }
    }

    pub fn calls(&self) -> Vec<&'static str> {
        self.seen.lock().unwrap().iter().map(|(call, _)| *call).collect()
    }

    pub fn user_agent(&self) -> String {
        self.seen.lock().unwrap().last().unwrap().1.clone()
    }

    pub fn when_left(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        *self.left.lock().unwrap() = Some(sender);
        receiver
    }

    /// Serves on a socket until the test's runtime ends.
    pub fn serve_unix(&self, path: &Path) {
        let incoming = UnixListenerStream::new(UnixListener::bind(path).unwrap());
        tokio::spawn(self.router(Server::builder()).serve_with_incoming(incoming));
    }

    /// Serves on a port of loopback, with or without TLS. Returns its address.
    pub async fn serve_tcp(&self, tls: Option<ServerTlsConfig>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        self.serve(listener, tls);
        address
    }

    pub fn serve(&self, listener: TcpListener, tls: Option<ServerTlsConfig>) {
        let server = match tls {
            Some(tls) => Server::builder().tls_config(tls).unwrap(),
            None => Server::builder(),
        };
        tokio::spawn(self.router(server).serve_with_incoming(TcpListenerStream::new(listener)));
    }

    /// A client of this service, over TCP.
    pub async fn client(&self) -> Client {
        let address = Some(self.serve_tcp(None).await);
        Client::new(ClientOptions { address, ..Default::default() }).unwrap()
    }

    fn router(&self, mut server: Server) -> Router {
        server
            .add_service(RegistryServiceServer::new(self.clone()).max_encoding_message_size(usize::MAX))
            .add_service(ConfigServiceServer::new(self.clone()))
            .add_service(V1SessionServiceServer::new(self.clone()))
    }

    fn ask<T>(&self, call: &'static str, request: &Request<T>) -> Result<String, Status> {
        let agent = request.metadata().get("user-agent").map(|agent| agent.to_str().unwrap().to_owned());
        let mut seen = self.seen.lock().unwrap();
        seen.push((call, agent.unwrap_or_default()));
        (self.answer)(seen.len() - 1)
    }
}

/// A failure that means: do not answer.
pub fn silence() -> Status {
    Status::data_loss("silence")
}

async fn answered<T: Default>(answer: Result<String, Status>) -> Result<Response<T>, Status> {
    match answer {
        Ok(_) => Ok(Response::new(T::default())),
        Err(status) if status.message() == silence().message() => std::future::pending().await,
        Err(status) => Err(status),
    }
}

#[tonic::async_trait]
impl RegistryService for Fake {
    async fn parse_reference(
        &self,
        request: Request<ParseReferenceRequest>,
    ) -> Result<Response<ParseReferenceResponse>, Status> {
        let answer = self.ask("ParseReference", &request);
        let domain = answer.as_ref().cloned().unwrap_or_default();
        let response = answered(answer).await?;
        Ok(response.map(|response: ParseReferenceResponse| ParseReferenceResponse { domain, ..response }))
    }

    async fn auth(&self, request: Request<AuthRequest>) -> Result<Response<AuthResponse>, Status> {
        answered(self.ask("Auth", &request)).await
    }

    async fn ping_v2_registry(
        &self,
        request: Request<PingV2RegistryRequest>,
    ) -> Result<Response<PingV2RegistryResponse>, Status> {
        answered(self.ask("PingV2Registry", &request)).await
    }

    async fn search(&self, request: Request<SearchRequest>) -> Result<Response<SearchResponse>, Status> {
        answered(self.ask("Search", &request)).await
    }
}

#[tonic::async_trait]
impl ConfigService for Fake {
    async fn load_mirrors(
        &self,
        request: Request<LoadMirrorsRequest>,
    ) -> Result<Response<LoadMirrorsResponse>, Status> {
        answered(self.ask("LoadMirrors", &request)).await
    }

    /// One version, and then no other.
    async fn watch_service_config(
        &self,
        request: Request<WatchServiceConfigRequest>,
    ) -> Result<Response<BoxStream<WatchServiceConfigResponse>>, Status> {
        self.ask("WatchServiceConfig", &request)?;
        let (versions, receiver) = mpsc::channel(1);
        let left = self.left.lock().unwrap().take();
        versions.send(Ok(WatchServiceConfigResponse { version: 7, ..Default::default() })).await.unwrap();
        tokio::spawn(async move {
            versions.closed().await;
            if let Some(left) = left {
                left.send(()).expect("the test waits for it");
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

#[tonic::async_trait]
impl V1SessionService for Fake {
    async fn ping(&self, request: Request<PingRequest>) -> Result<Response<PingResponse>, Status> {
        answered(self.ask("Ping", &request)).await
    }
}

/// What no test waits longer for.
pub const PATIENCE: Duration = Duration::from_secs(30);
