use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::BodyExt;
use tokio::time::{Instant, sleep};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::service_fn;
use tower::util::ServiceExt;

use super::{Deadline, TIMEOUT_HEADER, header_of, timeout_of};

const CALL: &str = "/registry.v1.RegistryService/ParseReference";
const STREAM: &str = "/registry.v1.ConfigService/WatchServiceConfig";
const DEFAULT: Duration = Duration::from_secs(5);

fn request(path: &str, timeout: Option<&'static str>) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = format!("http://localhost{path}").parse().unwrap();
    if let Some(timeout) = timeout {
        request.headers_mut().insert(TIMEOUT_HEADER, HeaderValue::from_static(timeout));
    }
    request
}

/// A body that never ends.
fn silent_body() -> Body {
    Body::new(http_body_util::StreamBody::new(tokio_stream::pending::<
        Result<http_body::Frame<prost::bytes::Bytes>, Status>,
    >()))
}

#[tokio::test(start_paused = true)]
async fn calls_have_a_deadline_and_streams_only_if_they_ask_for_one() {
    for (name, path, timeout, want) in [
        ("default", CALL, None, Some(DEFAULT)),
        ("shorter", CALL, Some("300m"), Some(Duration::from_millis(300))),
        ("longer", CALL, Some("1M"), Some(Duration::from_secs(60))),
        ("unreadable", CALL, Some("soon"), Some(DEFAULT)),
        ("stream", STREAM, None, None),
        ("stream with a timeout", STREAM, Some("2S"), Some(Duration::from_secs(2))),
    ] {
        // Nothing answers, then an answer begins and does not end.
        for answers in [false, true] {
            let inner = service_fn(move |_: Request<Body>| async move {
                if !answers {
                    sleep(Duration::from_secs(3600)).await;
                }
                Ok::<_, Status>(Response::new(silent_body()))
            });
            let start = Instant::now();
            let call = async {
                let answer = Deadline::new(inner, DEFAULT).oneshot(request(path, timeout)).await?;
                answer.into_body().collect().await.map(|_| ())
            };
            let ended = tokio::time::timeout(Duration::from_secs(7200), call).await;
            match want {
                None => assert!(ended.is_err(), "{name}"),
                Some(want) => {
                    assert_eq!(ended.unwrap().unwrap_err().code(), Code::DeadlineExceeded, "{name}");
                    let took = start.elapsed();
                    assert!(took >= want && took < want + Duration::from_millis(5), "{name}: {took:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_service_is_told_the_deadline() {
    for (name, path, timeout, want) in [
        ("default", CALL, None, Some("5000000u")),
        ("own", CALL, Some("300m"), Some("300000u")),
        ("stream", STREAM, None, None),
    ] {
        let inner = service_fn(async |request: Request<Body>| {
            let header = request.headers().get(TIMEOUT_HEADER).cloned();
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(header);
            Ok::<_, Status>(response)
        });
        let answer = Deadline::new(inner, DEFAULT).oneshot(request(path, timeout)).await.unwrap();
        let header = answer.extensions().get::<Option<HeaderValue>>().unwrap();
        assert_eq!(header.as_ref().map(|value| value.to_str().unwrap()), want, "{name}");
    }
}

#[test]
fn timeouts_are_written_as_grpc_wants_them() {
    let day = Duration::from_secs(86_400);
    for (timeout, text) in [
        (Duration::ZERO, "0n"),
        (Duration::from_nanos(99_999_999), "99999999n"),
        (Duration::from_millis(100), "100000u"),
        (Duration::from_secs(99), "99000000u"),
        (Duration::from_secs(100), "100000m"),
        (2 * day, "172800S"),
        (Duration::MAX, "99999999S"),
    ] {
        assert_eq!(header_of(timeout).to_str().unwrap(), text);
    }
}

#[test]
fn timeouts_are_read_in_every_unit() {
    for (text, want) in [
        ("2H", Some(Duration::from_secs(7200))),
        ("2M", Some(Duration::from_secs(120))),
        ("2S", Some(Duration::from_secs(2))),
        ("2m", Some(Duration::from_millis(2))),
        ("2u", Some(Duration::from_micros(2))),
        ("2n", Some(Duration::from_nanos(2))),
        ("2s", None),
        ("S", None),
        ("", None),
        ("-1S", None),
        ("2é", None),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(TIMEOUT_HEADER, HeaderValue::from_bytes(text.as_bytes()).unwrap());
        assert_eq!(timeout_of(&headers), want, "{text:?}");
    }
}
