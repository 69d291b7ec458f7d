use std::path::PathBuf;
use std::time::Duration;

/// How a service is reached.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `unix:PATH` or `HOST:PORT`. None: [`default_address`](crate::default_address).
    pub address: Option<String>,
    /// None: plain text to this machine (a Unix socket, a loopback address, `localhost`), TLS
    /// with the system's authorities to any other.
    pub tls: Option<TlsOptions>,
    /// For calls without a timeout of their own, but not for streams. Positive; 5 seconds unless
    /// said otherwise.
    pub timeout: Duration,
    /// Goes before tonic's own `User-Agent`. None: that alone.
    pub user_agent: Option<String>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self { address: None, tls: None, timeout: Duration::from_secs(5), user_agent: None }
    }
}

/// How TLS is spoken to the service. Files hold PEM and are read once.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// Trusted authorities. None: the system's.
    pub ca_file: Option<PathBuf>,
    /// The client's certificate; it goes together with `key_file`.
    pub cert_file: Option<PathBuf>,
    /// The key of `cert_file`.
    pub key_file: Option<PathBuf>,
    /// The name that the service's certificate must have. None: the address's host.
    pub server_name: Option<String>,
}
