//! The retry part of gRPC's service config, which tonic does not read.

use std::sync::Mutex;
use std::time::Duration;

use tonic::Code;
use tower::util::rng::{HasherRng, Rng};

use crate::calls::{RETRY_POLICIES, RETRY_THROTTLING};

/// How a call is repeated, as gRPC's `retryPolicy` says.
#[derive(Debug)]
pub(crate) struct RetryPolicy {
    /// The first one included.
    pub max_attempts: u32,
    pub initial_backoff: Duration,
    pub max_backoff: Duration,
    pub backoff_multiplier: f64,
    pub codes: &'static [Code],
}

impl RetryPolicy {
    /// The policy of the call, else that of its service. None: it is not repeated.
    pub(crate) fn of(path: &str) -> Option<&'static Self> {
        let service = path.rfind('/').map_or("", |slash| &path[..=slash]);
        let find = |name: &str| RETRY_POLICIES.iter().find(|(path, _)| *path == name);
        find(path).or_else(|| find(service)).and_then(|(_, policy)| *policy)
    }

    /// How long to wait after attempt `attempt`, counted from 1: up to a fifth more or less than
    /// the policy says, so that callers do not come back all at once.
    pub(crate) fn backoff(&self, attempt: u32) -> Duration {
        let exponent = i32::try_from(attempt - 1).unwrap_or(i32::MAX);
        let seconds = self.initial_backoff.as_secs_f64() * self.backoff_multiplier.powi(exponent);
        let jitter = 0.8 + 0.4 * HasherRng::new().next_f64();
        Duration::from_secs_f64(seconds.min(self.max_backoff.as_secs_f64()) * jitter)
    }
}

/// gRPC's `retryThrottling`: a failure costs a token, an answer gives a part of one back. While
/// at most half of them are left, nothing is repeated.
#[derive(Debug)]
pub(crate) struct RetryThrottling {
    pub max_tokens: f64,
    pub token_ratio: f64,
}

/// The tokens of one channel.
#[derive(Debug)]
pub(crate) struct Throttle(Mutex<f64>);

impl Throttle {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(RETRY_THROTTLING.max_tokens))
    }

    pub(crate) fn answered(&self) {
        self.add(RETRY_THROTTLING.token_ratio);
    }

    /// Whether the failed attempt may be repeated.
    pub(crate) fn failed(&self) -> bool {
        self.add(-1.0) > RETRY_THROTTLING.max_tokens / 2.0
    }

    fn add(&self, tokens: f64) -> f64 {
        let mut left = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *left = (*left + tokens).clamp(0.0, RETRY_THROTTLING.max_tokens);
        *left
    }
}
