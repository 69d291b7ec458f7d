use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tonic::Status;
use tonic::body::Body;
use tower::Service;
use tower::util::ServiceExt;

use crate::calls::STREAMS;
use crate::channel::{Answer, transport_failure};

const TIMEOUT_HEADER: &str = "grpc-timeout";

/// Ends calls that take too long, the time to connect and to read the answer included.
///
/// A call's own timeout, which tonic puts into a header, holds for streams too; the default
/// does not.
#[derive(Clone, Debug)]
pub(crate) struct Deadline<S> {
    inner: S,
    default: Duration,
}

impl<S> Deadline<S> {
    pub(crate) fn new(inner: S, default: Duration) -> Self {
        Self { inner, default }
    }
}

impl<S> Service<Request<Body>> for Deadline<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Status> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Status;
    type Future = Answer;

    // The wait for a connection is part of the call, and of its deadline.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let streams = STREAMS.contains(&request.uri().path());
        let timeout = timeout_of(request.headers()).or((!streams).then_some(self.default));
        if let Some(timeout) = timeout {
            request.headers_mut().insert(TIMEOUT_HEADER, header_of(timeout));
        }
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let answer = self.inner.clone().oneshot(request);
        Box::pin(async move {
            let response = match deadline {
                Some(deadline) => timeout_at(deadline, answer).await.map_err(|_| exceeded())??,
                None => answer.await?,
            };
            let sleep = deadline.map(|deadline| Box::pin(sleep_until(deadline)));
            Ok(response.map(|body| Body::new(TimedBody { body, sleep })))
        })
    }
}

/// An answer's messages, until the deadline.
struct TimedBody {
    body: Body,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for TimedBody {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(|error| transport_failure(&error))));
        }
        let Some(sleep) = &mut self.sleep else { return Poll::Pending };
        ready!(sleep.as_mut().poll(context));
        Poll::Ready(Some(Err(exceeded())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

fn exceeded() -> Status {
    Status::deadline_exceeded("the call's deadline has passed")
}

/// The timeout of a gRPC request: up to eight digits and a unit.
fn timeout_of(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(TIMEOUT_HEADER)?.to_str().ok()?;
    let (value, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let value: u32 = value.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(u64::from(value) * 3600)),
        "M" => Some(Duration::from_secs(u64::from(value) * 60)),
        "S" => Some(Duration::from_secs(value.into())),
        "m" => Some(Duration::from_millis(value.into())),
        "u" => Some(Duration::from_micros(value.into())),
        "n" => Some(Duration::from_nanos(value.into())),
        _ => None,
    }
}

/// In the finest unit that has room for it; longer than eight digits of seconds is as good as
/// three years.
fn header_of(timeout: Duration) -> HeaderValue {
    const MAX: u128 = 99_999_999;
    let (value, unit) = [(timeout.as_nanos(), 'n'), (timeout.as_micros(), 'u'), (timeout.as_millis(), 'm')]
        .into_iter()
        .find(|(value, _)| *value <= MAX)
        .unwrap_or((u128::from(timeout.as_secs()).min(MAX), 'S'));
    HeaderValue::try_from(format!("{value}{unit}")).expect("digits and a letter")
}

#[cfg(test)]
#[path = "deadline_test.rs"]
mod tests;
