use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response, Uri};
use tonic::body::Body;
use tonic::transport::Endpoint;
use tonic::{Code, Status, TimeoutExpired, transport};
use tower::Service;
use tower::util::{MapErr, ServiceExt};

use crate::address::Address;
use crate::deadline::Deadline;
use crate::retry::Retry;
use crate::tls::client_tls;
use crate::{ClientOptions, RegistryError, TlsOptions, default_address};

/// A connection that is not made by then is given up, and a later call begins anew. It is what
/// gRPC's libraries take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// A peer that is silent for so long is asked whether it is there, and counts as gone when it does
/// not answer within the other. The service takes pings every ten seconds.
const KEEP_ALIVE_TIME: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);

/// A connection to the service that gives calls a deadline, and repeats those that only read
/// when the service is not to be reached.
///
/// It is what stubs are made on: `FooClient::new(channel)`. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Channel(Deadline<Retry<Connection>>);

type Connection = MapErr<transport::Channel, fn(transport::Error) -> Status>;

/// The future of an answer.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Status>> + Send>>;

impl Channel {
    pub(crate) fn new(options: ClientOptions) -> Result<Self, RegistryError> {
        if options.timeout == Duration::ZERO {
            return Err(RegistryError::invalid_argument("timeout: must be positive"));
        }
        let connection = endpoint(&options)?.connect_lazy();
        let failing: fn(transport::Error) -> Status = |error| transport_failure(&error);
        Ok(Self(Deadline::new(Retry::new(connection.map_err(failing)), options.timeout)))
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = Answer;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Status>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
    }
}

fn endpoint(options: &ClientOptions) -> Result<Endpoint, RegistryError> {
    let text = options.address.clone().filter(|text| !text.is_empty()).unwrap_or_else(default_address);
    let invalid = |error: transport::Error| {
        RegistryError::invalid_argument(format!("address {text:?}: {}", with_causes(&error)))
    };
    let endpoint = match Address::parse(&text)? {
        Address::Unix(_) if options.tls.is_some() => {
            return Err(RegistryError::invalid_argument("TLS is not spoken over a Unix socket"));
        }
        Address::Unix(path) => Endpoint::from_shared(format!("unix:{path}"))
            .map_err(invalid)?
            .origin(Uri::from_static("http://localhost")),
        Address::Tcp { authority, local: true, .. } if options.tls.is_none() => {
            Endpoint::from_shared(format!("http://{authority}")).map_err(invalid)?
        }
        Address::Tcp { authority, host, .. } => {
            let tls = client_tls(options.tls.as_ref().unwrap_or(&TlsOptions::default()), &host)?;
            let endpoint = Endpoint::from_shared(format!("https://{authority}")).map_err(invalid)?;
            endpoint
                .tls_config(tls)
                .map_err(|error| RegistryError::invalid_argument(format!("tls: {}", with_causes(&error))))?
        }
    };
    let endpoint = endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE_TIME)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    match options.user_agent.as_deref() {
        None | Some("") => Ok(endpoint),
        Some(agent) => endpoint
            .user_agent(agent)
            .map_err(|_| RegistryError::invalid_argument("user_agent: cannot be sent")),
    }
}

/// UNAVAILABLE, unless the error knows better: the connection was not made, or was lost.
pub(crate) fn transport_failure(error: &(dyn Error + 'static)) -> Status {
    for cause in causes(error) {
        if cause.is::<TimeoutExpired>() {
            return Status::deadline_exceeded("the call's deadline has passed");
        }
        if let Some(status) = cause.downcast_ref::<Status>()
            && !matches!(status.code(), Code::Unknown | Code::Cancelled)
        {
            return status.clone();
        }
    }
    Status::unavailable(with_causes(error))
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<_> = causes(error).map(|error| error.to_string()).collect();
    // Some libraries repeat the cause's text in their own.
    texts.dedup();
    texts.join(": ")
}

#[cfg(test)]
#[path = "channel_test.rs"]
mod tests;
