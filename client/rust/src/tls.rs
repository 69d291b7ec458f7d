use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::channel::CONNECT_TIMEOUT;
use crate::{RegistryError, TlsOptions};

/// TLS to `host`, as the options say. Files are read.
///
/// # Errors
/// INVALID_ARGUMENT if the options do not go together or a file is not usable; it names the
/// option.
pub(crate) fn client_tls(options: &TlsOptions, host: &str) -> Result<ClientTlsConfig, RegistryError> {
    let name = options.server_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(host);
    let tls = ClientTlsConfig::new().domain_name(name).timeout(CONNECT_TIMEOUT);
    let tls = match &options.ca_file {
        Some(path) => tls.ca_certificate(Certificate::from_pem(read_authorities(path)?)),
        None => tls.with_native_roots(),
    };
    match (&options.cert_file, &options.key_file) {
        (None, None) => Ok(tls),
        (Some(cert), Some(key)) => {
            let (cert, key) = (read_pem("cert_file", cert)?, read_pem("key_file", key)?);
            Ok(tls.identity(Identity::from_pem(cert, key)))
        }
        _ => Err(RegistryError::invalid_argument("a TLS client certificate and its key go together")),
    }
}

/// tonic passes over what is no certificate, until nobody is trusted.
fn read_authorities(path: &Path) -> Result<String, RegistryError> {
    let pem = read_pem("ca_file", path)?;
    let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok);
    let (usable, _) = RootCertStore::empty().add_parsable_certificates(certificates);
    if usable == 0 {
        let why = format!("ca_file: {} holds no certificate that can be used", path.display());
        return Err(RegistryError::invalid_argument(why));
    }
    Ok(pem)
}

fn read_pem(option: &str, path: &Path) -> Result<String, RegistryError> {
    let invalid = |why: String| RegistryError::invalid_argument(format!("{option}: {why}"));
    let path_shown = path.display();
    let content =
        fs::read_to_string(path).map_err(|error| invalid(format!("cannot read {path_shown}: {error}")))?;
    if !content.contains("-----BEGIN ") {
        return Err(invalid(format!("{path_shown} holds no PEM")));
    }
    Ok(content)
}
