use std::env;
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::FileTypeExt;

use crate::RegistryError;

const DEFAULT_SOCKET: &str = "/run/registryd/registryd.sock";
const DEFAULT_HOST_PORT: &str = "127.0.0.1:50051";
const ADDRESS_VARIABLE: &str = "REGISTRYD_ADDRESS";
/// What `sockaddr_un` holds, less the NUL.
const MAX_SOCKET_PATH: usize = 107;

/// Where a service is reached.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// The path of a socket.
    Unix(String),
    Tcp {
        /// `HOST:PORT`, IPv6 in brackets.
        authority: String,
        /// Without brackets.
        host: String,
        /// Bytes sent there do not leave this machine: a loopback address or `localhost`.
        local: bool,
    },
}

impl Address {
    /// Reads `unix:PATH` or `HOST:PORT`, where HOST is a name, an IPv4 address or an IPv6
    /// address in brackets. Abstract sockets and gRPC's other schemes are refused.
    ///
    /// # Errors
    /// INVALID_ARGUMENT that says what to write instead.
    pub(crate) fn parse(text: &str) -> Result<Self, RegistryError> {
        let parsed = match text.strip_prefix("unix:") {
            Some(path) => parse_unix(path),
            None => parse_tcp(text),
        };
        parsed.map_err(|why| RegistryError::invalid_argument(format!("address {text:?}: {why}")))
    }
}

fn parse_unix(path: &str) -> Result<Address, String> {
    // `unix:///run/x.sock`, the URI form, means the same as `unix:/run/x.sock`.
    let path = if path.starts_with("///") { &path[2..] } else { path };
    if path.is_empty() {
        return Err("the path of the socket is missing".into());
    }
    if path.starts_with("//") {
        return Err("a socket is on this machine; write unix:/PATH".into());
    }
    if path.contains('\0') {
        return Err("a path holds no NUL".into());
    }
    if path.len() > MAX_SOCKET_PATH {
        let length = path.len();
        return Err(format!(
            "the path of a socket has at most {MAX_SOCKET_PATH} bytes; this one has {length}"
        ));
    }
    Ok(Address::Unix(path.into()))
}

fn parse_tcp(text: &str) -> Result<Address, String> {
    let (host, _) = text
        .rsplit_once(':')
        .filter(|(_, port)| is_port(port))
        .ok_or("want unix:PATH or HOST:PORT, with a port from 1 to 65535")?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .filter(|address| address.parse::<Ipv6Addr>().is_ok())
            .ok_or("not an IPv6 address in brackets")?,
        None if host.parse::<Ipv6Addr>().is_ok() => {
            return Err("an IPv6 address stands in brackets: [::1]:50051".into());
        }
        None if !is_name(host) => {
            return Err("want unix:PATH or HOST:PORT, without a scheme or path".into());
        }
        None => host,
    };
    Ok(Address::Tcp { authority: text.into(), host: host.into(), local: is_loopback(host) })
}

fn is_port(text: &str) -> bool {
    text.len() <= 5
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_name(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// Where a service is looked for unless an address is given.
///
/// `$REGISTRYD_ADDRESS` if it is set and not empty, else the socket of a service of the user's
/// own (`$XDG_RUNTIME_DIR/registryd/registryd.sock`) if there is one, else
/// `/run/registryd/registryd.sock` if it exists, else `127.0.0.1:50051`.
pub fn default_address() -> String {
    let runtime = env::var("XDG_RUNTIME_DIR").ok().map(|folder| format!("{folder}/registryd/registryd.sock"));
    let sockets: Vec<_> = runtime.into_iter().chain([DEFAULT_SOCKET.into()]).collect();
    default_address_of(env::var(ADDRESS_VARIABLE).ok(), &sockets)
}

fn default_address_of(variable: Option<String>, sockets: &[String]) -> String {
    let is_socket = |path: &&String| fs::metadata(path).is_ok_and(|file| file.file_type().is_socket());
    variable
        .filter(|address| !address.is_empty())
        .or_else(|| sockets.iter().find(is_socket).map(|path| format!("unix:{path}")))
        .unwrap_or_else(|| DEFAULT_HOST_PORT.into())
}

#[cfg(test)]
#[path = "address_test.rs"]
mod tests;
