use std::error::Error;
use std::fmt;

use tonic::{Code, Status, TimeoutExpired};

use super::transport_failure;

/// An error with a cause.
#[derive(Debug)]
struct Outer(Box<dyn Error>);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("transport error")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}

#[test]
fn what_fails_on_the_way_is_unavailable_unless_the_cause_knows_better() {
    for (name, cause, code, message) in [
        ("plain", "broken pipe".into(), Code::Unavailable, "transport error: broken pipe"),
        ("said twice", "transport error".into(), Code::Unavailable, "transport error"),
        ("unknown", Status::unknown("reset").into(), Code::Unavailable, "reset"),
        // Of nobody's doing on this side: the connection ended before the request was sent.
        ("cancelled", Status::cancelled("closed").into(), Code::Unavailable, "closed"),
        ("too large", Status::out_of_range("4 GiB").into(), Code::OutOfRange, "4 GiB"),
        ("timer", TimeoutExpired(()).into(), Code::DeadlineExceeded, "deadline"),
    ] {
        let cause: Box<dyn Error> = cause;
        let status = transport_failure(&Outer(cause));
        assert_eq!(status.code(), code, "{name}");
        assert!(status.message().contains(message), "{name}: {status}");
        assert!(name != "said twice" || status.message() == message, "{status}");
    }
}
