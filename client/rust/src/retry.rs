use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::time::sleep;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;
use tower::util::ServiceExt;

use crate::channel::Answer;
use crate::retry_policy::{RetryPolicy, Throttle};

const PUSHBACK_HEADER: &str = "grpc-retry-pushback-ms";
const ATTEMPTS_HEADER: &str = "grpc-previous-rpc-attempts";

/// Repeats the calls that have a retry policy, when they fail before their answer began.
///
/// It is what gRPC's libraries do by a service config (gRFC A6): policy, throttling, and the
/// service's word on when to come back, which may be never.
#[derive(Clone, Debug)]
pub(crate) struct Retry<S> {
    inner: S,
    throttle: Arc<Throttle>,
}

impl<S> Retry<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, throttle: Arc::new(Throttle::new()) }
    }
}

impl<S> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Status> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Status;
    type Future = Answer;

    // The wait for the connection is part of each attempt.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match RetryPolicy::of(request.uri().path()) {
            Some(policy) => Box::pin(attempts(self.clone(), policy, request)),
            None => Box::pin(self.inner.clone().oneshot(request)),
        }
    }
}

async fn attempts<S>(
    retry: Retry<S>,
    policy: &RetryPolicy,
    request: Request<Body>,
) -> Result<Response<Body>, Status>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Status> + Clone,
{
    let (head, body) = request.into_parts();
    // One message: no call that streams its request has a policy.
    let message = body.collect().await?.to_bytes();
    let mut attempt = 1;
    loop {
        let mut request = Request::from_parts(head.clone(), Body::new(Full::new(message.clone())));
        if attempt > 1 {
            request.headers_mut().insert(ATTEMPTS_HEADER, (attempt - 1).into());
        }
        let answer = retry.inner.clone().oneshot(request).await;
        let (code, pushback) = match &answer {
            Ok(response) => (code_of(response.headers()), pushback_of(response.headers())),
            Err(status) => (status.code(), Pushback::None),
        };
        if code == Code::Ok {
            retry.throttle.answered();
        }
        if !policy.codes.contains(&code) || !retry.throttle.failed() || attempt >= policy.max_attempts {
            return answer;
        }
        match pushback {
            Pushback::None => sleep(policy.backoff(attempt)).await,
            Pushback::After(delay) => sleep(delay).await,
            Pushback::Never => return answer,
        }
        attempt += 1;
    }
}

/// How a call ended that has no messages. An answer that goes on counts as OK.
fn code_of(headers: &HeaderMap) -> Code {
    headers.get("grpc-status").map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

/// What the service says on repeating the call.
enum Pushback {
    None,
    After(Duration),
    Never,
}

fn pushback_of(headers: &HeaderMap) -> Pushback {
    let Some(value) = headers.get(PUSHBACK_HEADER) else { return Pushback::None };
    match value.to_str().ok().and_then(|text| text.parse().ok()) {
        Some(milliseconds) => Pushback::After(Duration::from_millis(milliseconds)),
        None => Pushback::Never,
    }
}

#[cfg(test)]
#[path = "retry_test.rs"]
mod tests;
