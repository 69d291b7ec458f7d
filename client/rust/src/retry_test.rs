use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::time::Instant;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::util::ServiceExt;
use tower::{Service, service_fn};

use super::Retry;

const READ: &str = "/registry.v1.RegistryService/ParseReference";

/// What a service was asked: when, the body, and how many attempts came before.
type Seen = Arc<Mutex<Vec<(Instant, Vec<u8>, Option<String>)>>>;

/// Answers attempt N, counted from 0, with `answer(N)`.
fn service(
    answer: impl Fn(usize) -> Result<Response<Body>, Status> + Clone + Send + 'static,
) -> (
    Retry<
        impl Service<Request<Body>, Response = Response<Body>, Error = Status, Future: Send> + Clone + Send,
    >,
    Seen,
) {
    let seen = Seen::default();
    let log = seen.clone();
    let inner = service_fn(move |request: Request<Body>| {
        let (log, answer) = (log.clone(), answer.clone());
        async move {
            let attempts = request.headers().get("grpc-previous-rpc-attempts");
            let attempts = attempts.map(|value| value.to_str().unwrap().to_owned());
            let body = request.into_body().collect().await?.to_bytes().to_vec();
            let mut log = log.lock().unwrap();
            log.push((Instant::now(), body, attempts));
            answer(log.len() - 1)
        }
    });
    (Retry::new(inner), seen)
}

fn request(path: &str) -> Request<Body> {
    let body = Body::new(http_body_util::Full::from("message"));
    Request::builder().uri(format!("http://localhost{path}")).body(body).unwrap()
}

fn ended(code: Code) -> Response<Body> {
    Status::new(code, "").into_http()
}

fn ended_with_pushback(text: &str) -> Response<Body> {
    let mut response = ended(Code::Unavailable);
    response.headers_mut().insert("grpc-retry-pushback-ms", text.parse().unwrap());
    response
}

#[tokio::test(start_paused = true)]
async fn only_reads_that_are_unavailable_are_repeated() {
    for (path, code, want) in [
        (READ, Code::Unavailable, 3),
        ("/registry.v1.RegistryService/ResolveRepository", Code::Unavailable, 3),
        ("/registry.v1.ConfigService/GetServiceConfig", Code::Unavailable, 3),
        ("/registry.v1.ConfigService/WatchServiceConfig", Code::Unavailable, 3),
        ("/grpc.health.v1.Health/Check", Code::Unavailable, 3),
        ("/registry.v1.RegistryService/Auth", Code::Unavailable, 1),
        ("/registry.v1.RegistryService/PingV2Registry", Code::Unavailable, 1),
        ("/registry.v1.RegistryService/Search", Code::Unavailable, 1),
        ("/registry.v1.ConfigService/LoadMirrors", Code::Unavailable, 1),
        ("/registry.v1.ConfigService/PrepareServiceConfig", Code::Unavailable, 1),
        ("/registry.v1.ConfigService/CommitServiceConfig", Code::Unavailable, 1),
        ("/registry.v1.V1SessionService/Ping", Code::Unavailable, 1),
        ("/registry.v1.V1SessionService/GetRemoteTag", Code::Unavailable, 1),
        ("/other.Service/Call", Code::Unavailable, 1),
        (READ, Code::Ok, 1),
        (READ, Code::ResourceExhausted, 1),
        (READ, Code::DeadlineExceeded, 1),
        (READ, Code::Internal, 1),
    ] {
        let (retry, seen) = service(move |_| Ok(ended(code)));
        let answer = retry.oneshot(request(path)).await.unwrap();
        assert_eq!(answer.headers()["grpc-status"].to_str().unwrap(), (code as i32).to_string());
        assert_eq!(seen.lock().unwrap().len(), want, "{path} {code:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_are_alike_and_wait_longer_each_time() {
    let (retry, seen) = service(|_| Err(Status::unavailable("not there")));
    let error = retry.oneshot(request(READ)).await.unwrap_err();
    assert_eq!(error.message(), "not there");

    let seen = seen.lock().unwrap();
    let attempts: Vec<_> = seen.iter().map(|(_, _, attempts)| attempts.as_deref()).collect();
    assert_eq!(attempts, [None, Some("1"), Some("2")]);
    assert!(seen.iter().all(|(_, body, _)| body == b"message"));
    // Up to a fifth more or less; the clock counts milliseconds.
    let waits: Vec<_> = seen.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_millis()).collect();
    assert!((80..=121).contains(&waits[0]), "{waits:?}");
    assert!((160..=241).contains(&waits[1]), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn the_second_attempt_may_succeed() {
    let (retry, seen) = service(|attempt| match attempt {
        0 => Err(Status::unavailable("not yet")),
        _ => Ok(Response::new(Body::empty())),
    });
    assert!(retry.oneshot(request(READ)).await.is_ok());
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_service_says_when_to_come_back() {
    for (name, pushback, want) in
        [("later", "1500", Some(1500)), ("never", "-1", None), ("unreadable", "soon", None)]
    {
        let (retry, seen) = service(move |attempt| match attempt {
            0 => Ok(ended_with_pushback(pushback)),
            _ => Ok(Response::new(Body::empty())),
        });
        retry.oneshot(request(READ)).await.unwrap();
        let seen = seen.lock().unwrap();
        let wait = seen.get(1).map(|second| second.0 - seen[0].0);
        assert_eq!(wait, want.map(Duration::from_millis), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_use_the_tokens_up_and_answers_give_them_back() {
    let (retry, seen) = service(|attempt| match attempt {
        // 10 tokens: after the fifth failure half of them are left.
        ..5 | 25.. => Err(Status::unavailable("")),
        _ => Ok(Response::new(Body::empty())),
    });
    let attempts_of = async |retry: &Retry<_>| {
        let before = seen.lock().unwrap().len();
        let _ = retry.clone().oneshot(request(READ)).await;
        seen.lock().unwrap().len() - before
    };
    assert_eq!(attempts_of(&retry).await, 3);
    assert_eq!(attempts_of(&retry).await, 2, "the fifth failure is not repeated");
    for _ in 0..20 {
        assert_eq!(attempts_of(&retry).await, 1);
    }
    assert_eq!(attempts_of(&retry).await, 2, "7 tokens, 6, 5");
}
