use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::pb;

/// The domain of the reasons that registryd gives.
pub const ERROR_DOMAIN: &str = "registry.v1";

/// Why a call failed, or why a client could not be made.
///
/// It is made of a [`tonic::Status`], by `?` in a function that returns it. What the status
/// does not say, or says in a form that cannot be read, is empty here.
#[derive(Clone, Debug, PartialEq)]
pub struct RegistryError(Box<Content>);

#[derive(Clone, Debug, PartialEq)]
struct Content {
    code: Code,
    message: String,
    details: Details,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Details {
    reason: String,
    domain: String,
    metadata: BTreeMap<String, String>,
    field_violations: Vec<FieldViolation>,
    retry_delay: Option<Duration>,
}

/// One field of a request that the service did not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldViolation {
    /// From the request's top: `options.mirrors[1]`.
    pub field: String,
    /// For people.
    pub description: String,
}

impl RegistryError {
    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        let message = message.into();
        Self(Box::new(Content { code: Code::InvalidArgument, message, details: Details::default() }))
    }

    /// What to do: mend the call, wait, ask for a right.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The code as gRPC spells it: `INVALID_ARGUMENT`.
    pub fn code_name(&self) -> &'static str {
        code_name(self.0.code)
    }

    /// For people. Its wording may change.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What happened, for programs: `REFERENCE_INVALID`. Empty where registryd did not make the
    /// error: the service was not reached, or a deadline passed here.
    pub fn reason(&self) -> &str {
        &self.0.details.reason
    }

    /// Who gives the reason its meaning: [`ERROR_DOMAIN`] for registryd.
    pub fn domain(&self) -> &str {
        &self.0.details.domain
    }

    /// What the reason is about.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.0.details.metadata
    }

    /// The fields of the request at fault.
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.details.field_violations
    }

    /// How long to wait before trying again.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.details.retry_delay
    }
}

impl From<Status> for RegistryError {
    fn from(status: Status) -> Self {
        let (code, message) = (status.code(), status.message().to_owned());
        Self(Box::new(Content { code, message, details: Details::read(status.details()) }))
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code_name())?;
        if !self.reason().is_empty() {
            write!(f, " ({})", self.reason())?;
        }
        write!(f, ": {}", self.message())
    }
}

impl std::error::Error for RegistryError {}

impl Details {
    /// Reads a serialised google.rpc.Status. Of several details of one type the first counts.
    fn read(bytes: &[u8]) -> Self {
        let status = pb::Status::decode(bytes).unwrap_or_default();
        let mut details = Self::default();
        if let Some(info) = first::<pb::ErrorInfo>(&status, "ErrorInfo") {
            details.reason = info.reason;
            details.domain = info.domain;
            details.metadata = info.metadata.into_iter().collect();
        }
        if let Some(request) = first::<pb::BadRequest>(&status, "BadRequest") {
            let violations = request.field_violations.into_iter();
            details.field_violations = violations
                .map(|violation| FieldViolation {
                    field: violation.field,
                    description: violation.description,
                })
                .collect();
        }
        if let Some(info) = first::<pb::RetryInfo>(&status, "RetryInfo") {
            // A negative delay is none at all.
            details.retry_delay =
                info.retry_delay.map(|delay| Duration::try_from(delay).unwrap_or(Duration::ZERO));
        }
        details
    }
}

fn first<M: Message + Default>(status: &pb::Status, name: &str) -> Option<M> {
    let url = format!("type.googleapis.com/google.rpc.{name}");
    let detail = status.details.iter().find(|detail| detail.type_url == url)?;
    M::decode(detail.value.as_slice()).ok()
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
#[path = "error_test.rs"]
mod tests;
