use std::fs;
use std::os::unix::net::UnixListener;

use tonic::Code;

use super::{Address, default_address_of};

fn tcp(authority: &str, host: &str, local: bool) -> Address {
    Address::Tcp { authority: authority.into(), host: host.into(), local }
}

fn unix(path: &str) -> Address {
    Address::Unix(path.into())
}

#[test]
fn reads_addresses() {
    for (name, text, want) in [
        ("unix", "unix:/run/x.sock", unix("/run/x.sock")),
        ("unix URI", "unix:///run/x.sock", unix("/run/x.sock")),
        ("relative", "unix:x.sock", unix("x.sock")),
        ("odd bytes", "unix:/a b%20#?[", unix("/a b%20#?[")),
        ("IPv4 loopback", "127.0.0.1:50051", tcp("127.0.0.1:50051", "127.0.0.1", true)),
        ("IPv4 loopback block", "127.9.8.7:1", tcp("127.9.8.7:1", "127.9.8.7", true)),
        ("IPv4", "10.0.0.1:65535", tcp("10.0.0.1:65535", "10.0.0.1", false)),
        ("IPv4, nearly loopback", "126.255.255.255:1", tcp("126.255.255.255:1", "126.255.255.255", false)),
        ("localhost", "LocalHost:1", tcp("LocalHost:1", "LocalHost", true)),
        ("localhost within", "localhost.example:1", tcp("localhost.example:1", "localhost.example", false)),
        ("IPv6 loopback", "[::1]:50051", tcp("[::1]:50051", "::1", true)),
        ("IPv6", "[2001:db8::1]:1", tcp("[2001:db8::1]:1", "2001:db8::1", false)),
        (
            "name",
            "registryd.example.com:443",
            tcp("registryd.example.com:443", "registryd.example.com", false),
        ),
    ] {
        assert_eq!(Address::parse(text), Ok(want), "{name}");
    }
}

#[test]
fn refuses_what_is_no_address() {
    let long = format!("unix:/{}", "a".repeat(107));
    for (name, text, why) in [
        ("empty", "", "HOST:PORT"),
        ("no port", "host", "HOST:PORT"),
        ("empty port", "host:", "HOST:PORT"),
        ("port 0", "host:0", "from 1 to 65535"),
        ("port too large", "host:65536", "from 1 to 65535"),
        ("signed port", "host:+80", "HOST:PORT"),
        ("port with a space", "host: 80", "HOST:PORT"),
        ("long port", "host:000080", "HOST:PORT"),
        ("empty host", ":80", "HOST:PORT"),
        ("bare IPv6", "::1:50051", "in brackets"),
        ("bad IPv6", "[::g]:1", "IPv6"),
        ("half a bracket", "[::1:1", "in brackets"),
        ("name in half a bracket", "[host:1", "in brackets"),
        ("URL", "http://host:80", "without a scheme"),
        ("path", "host/a:80", "without a scheme"),
        ("abstract socket", "unix-abstract:x:1", "HOST:PORT"),
        ("no socket", "unix:", "missing"),
        ("socket elsewhere", "unix://host/x", "on this machine"),
        ("socket with NUL", "unix:/a\0b", "NUL"),
        ("long socket", &long, "at most 107"),
    ] {
        let error = Address::parse(text).expect_err(name);
        assert_eq!(error.code(), Code::InvalidArgument, "{name}");
        assert!(error.message().contains(why), "{name}: {error}");
    }
}

#[test]
fn takes_the_longest_path_of_a_socket() {
    assert!(Address::parse(&format!("unix:/{}", "a".repeat(106))).is_ok());
}

#[test]
fn the_default_is_the_variable_then_a_socket_then_the_port() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name| folder.path().join(name).to_str().unwrap().to_owned();
    let (missing, plain, socket) = (path("missing"), path("plain"), path("x.sock"));
    fs::write(&plain, "").unwrap();
    let _listener = UnixListener::bind(&socket).unwrap();

    let found = format!("unix:{socket}");
    for (name, variable, sockets, want) in [
        ("variable", Some("host:1"), vec![socket.clone()], "host:1"),
        ("empty variable", Some(""), vec![missing.clone()], "127.0.0.1:50051"),
        ("nothing there", None, vec![missing.clone()], "127.0.0.1:50051"),
        ("not a socket", None, vec![plain], "127.0.0.1:50051"),
        ("second socket", None, vec![missing, socket], &found),
    ] {
        assert_eq!(default_address_of(variable.map(str::to_owned), &sockets), want, "{name}");
    }
}
