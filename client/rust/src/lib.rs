#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod address;
mod channel;
mod client;
mod deadline;
mod error;
mod options;
mod retry;
mod retry_policy;
mod tls;

#[rustfmt::skip]
#[path = "generated/calls.rs"]
mod calls;

/// Messages and stubs of the package `registry.v1`, generated. `docs/api.md` of the repository
/// is the reference.
#[allow(clippy::all, missing_docs, rustdoc::all)]
#[rustfmt::skip]
#[path = "generated/registry.v1.rs"]
pub mod v1;

pub use address::default_address;
pub use channel::Channel;
pub use client::Client;
pub use error::{ERROR_DOMAIN, FieldViolation, RegistryError};
pub use options::{ClientOptions, TlsOptions};

pub use prost_types;
pub use tonic;
