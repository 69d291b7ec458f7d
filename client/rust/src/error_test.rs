use std::time::Duration;

use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};
use tonic_types::pb;

use super::{FieldViolation, RegistryError};

fn any(name: &str, value: Vec<u8>) -> Any {
    Any { type_url: format!("type.googleapis.com/google.rpc.{name}"), value }
}

fn error_info(reason: &str) -> Any {
    let metadata = [("host".to_owned(), "registry.example".to_owned())].into();
    let info = pb::ErrorInfo { reason: reason.into(), domain: "registry.v1".into(), metadata };
    any("ErrorInfo", info.encode_to_vec())
}

fn retry_info(seconds: i64, nanos: i32) -> Any {
    let delay = prost_types::Duration { seconds, nanos };
    any("RetryInfo", pb::RetryInfo { retry_delay: Some(delay) }.encode_to_vec())
}

fn error_with(details: Vec<Any>) -> RegistryError {
    let status = pb::Status { code: Code::Unavailable.into(), message: "no".into(), details };
    Status::with_details(Code::Unavailable, "no", status.encode_to_vec().into()).into()
}

#[test]
fn reads_all_details() {
    let violation = pb::bad_request::FieldViolation {
        field: "a[1]".into(),
        description: "why".into(),
        ..Default::default()
    };
    let request = pb::BadRequest { field_violations: vec![violation] };
    let error = error_with(vec![
        any("BadRequest", request.encode_to_vec()),
        error_info("REGISTRY_THROTTLED"),
        retry_info(1, 500_000_000),
    ]);
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(error.message(), "no");
    assert_eq!(error.reason(), "REGISTRY_THROTTLED");
    assert_eq!(error.domain(), "registry.v1");
    assert_eq!(error.metadata()["host"], "registry.example");
    let violation = FieldViolation { field: "a[1]".into(), description: "why".into() };
    assert_eq!(error.field_violations(), [violation]);
    assert_eq!(error.retry_delay(), Some(Duration::from_millis(1500)));
    assert_eq!(error.to_string(), "UNAVAILABLE (REGISTRY_THROTTLED): no");
}

#[test]
fn without_details_all_is_empty() {
    let error = RegistryError::from(Status::not_found("gone"));
    assert_eq!(error.code(), Code::NotFound);
    assert_eq!((error.reason(), error.domain()), ("", ""));
    assert!(error.metadata().is_empty());
    assert!(error.field_violations().is_empty());
    assert_eq!(error.retry_delay(), None);
    assert_eq!(error.to_string(), "NOT_FOUND: gone");
}

#[test]
fn what_cannot_be_read_hides_nothing_else() {
    let garbage = vec![0xff, 0xff];
    let error = error_with(vec![any("BadRequest", garbage.clone()), error_info("OVERLOADED")]);
    assert_eq!(error.reason(), "OVERLOADED");
    assert!(error.field_violations().is_empty());

    let status = Status::with_details(Code::Internal, "odd", garbage.into());
    assert_eq!(RegistryError::from(status).to_string(), "INTERNAL: odd");
}

#[test]
fn the_first_of_a_type_counts() {
    let error = error_with(vec![error_info("FIRST"), error_info("SECOND")]);
    assert_eq!(error.reason(), "FIRST");
}

#[test]
fn other_types_are_passed_over() {
    let mut foreign = error_info("FOREIGN");
    foreign.type_url = "type.example/google.rpc.ErrorInfo".into();
    assert_eq!(error_with(vec![foreign]).reason(), "");
}

#[test]
fn a_negative_delay_is_zero() {
    assert_eq!(error_with(vec![retry_info(-1, 0)]).retry_delay(), Some(Duration::ZERO));
}

#[test]
fn codes_have_the_names_of_grpc() {
    let names = (0..=16).map(|code| RegistryError::from(Status::new(code.into(), "")).code_name());
    assert_eq!(
        names.collect::<Vec<_>>().join(" "),
        "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED \
         RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE \
         DATA_LOSS UNAUTHENTICATED"
    );
}
