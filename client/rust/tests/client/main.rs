//! The client against services in this process.

mod calls;
mod errors;
mod fake;
mod options;
mod tls;
