use std::fs;
use std::time::Duration;

use registryd_client::{Client, ClientOptions, TlsOptions};
use tonic::Code;

#[tokio::test]
async fn options_that_make_no_sense_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name| Some(folder.path().join(name));
    fs::write(path("text").unwrap(), "no PEM").unwrap();
    fs::write(path("pem").unwrap(), "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n")
        .unwrap();

    let tls = TlsOptions::default;
    let with =
        |tls| ClientOptions { address: Some("127.0.0.1:1".into()), tls: Some(tls), ..Default::default() };
    let to = |address: &str| ClientOptions { address: Some(address.into()), ..Default::default() };
    for (name, options, why) in [
        ("no address", to("registryd"), "HOST:PORT"),
        ("no time", ClientOptions { timeout: Duration::ZERO, ..to("host:1") }, "timeout"),
        (
            "agent of two lines",
            ClientOptions { user_agent: Some("a\nb".into()), ..to("127.0.0.1:1") },
            "user_agent",
        ),
        ("TLS over a socket", ClientOptions { tls: Some(tls()), ..to("unix:/x") }, "Unix socket"),
        ("certificate alone", with(TlsOptions { cert_file: path("pem"), ..tls() }), "go together"),
        ("key alone", with(TlsOptions { key_file: path("pem"), ..tls() }), "go together"),
        ("no such file", with(TlsOptions { ca_file: path("missing"), ..tls() }), "ca_file: cannot read"),
        ("no PEM", with(TlsOptions { ca_file: path("text"), ..tls() }), "holds no PEM"),
        ("no authority", with(TlsOptions { ca_file: path("pem"), ..tls() }), "ca_file: "),
        (
            "no key in the key's file",
            with(TlsOptions { cert_file: path("pem"), key_file: path("pem"), ..tls() }),
            "tls: ",
        ),
        ("no server's name", with(TlsOptions { server_name: Some("a b".into()), ..tls() }), "tls: "),
    ] {
        let error = Client::new(options).err().unwrap_or_else(|| panic!("{name} was accepted"));
        assert_eq!(error.code(), Code::InvalidArgument, "{name}");
        assert!(error.message().contains(why), "{name}: {error}");
    }
}

#[tokio::test]
async fn other_machines_get_tls_with_the_systems_authorities() {
    for address in ["registryd.example:443", "192.0.2.1:443", "[2001:db8::1]:443"] {
        let options = ClientOptions { address: Some(address.into()), ..Default::default() };
        assert!(Client::new(options).is_ok(), "{address}");
    }
}
