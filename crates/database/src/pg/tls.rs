//! Whether the way to the server is encrypted, and whose certificate is believed.

use std::path::Path;
use std::sync::Arc;

use postgres::Config;
use postgres::config::SslMode;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::translate;
use crate::Error;

/// An address of PostgreSQL as it is understood here.
pub(super) struct Address {
    pub(super) config: Config,
    /// None: in the clear.
    pub(super) tls: Option<MakeRustlsConnect>,
}

/// Reads `sslmode` and `sslrootcert` of an address and leaves the rest to the driver, which does not know all of them.
///
/// # Errors
/// `Error::Unavailable` with what to write instead.
pub(super) fn read(url: &str) -> Result<Address, Error> {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut root, mut rest) = (String::new(), None, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => value.clone_into(&mut mode),
            Some(("sslrootcert", value)) => root = Some(value.replace("%2F", "/").replace("%20", " ")),
            _ => rest.push(pair),
        }
    }
    let tls = match mode.as_str() {
        "" | "disable" if root.is_none() => None,
        // What is encrypted and not verified stops nobody who sits in between.
        "" | "require" | "verify-full" => Some(MakeRustlsConnect::new(verified(root.as_deref())?)),
        other => {
            let message = format!(
                "sslmode={other} is not offered: write verify-full, with sslrootcert=FILE if the server's \
                 certificate is not one of a public authority, or disable"
            );
            return Err(Error::Unavailable(message));
        }
    };
    let mut config: Config = format!("{place}?{}", rest.join("&"))
        .parse()
        .map_err(|error: postgres::Error| Error::Unavailable(translate(&error, "").to_string()))?;
    config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
    Ok(Address { config, tls })
}

fn verified(root: Option<&str>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    match root {
        Some(file) => {
            let unread = |error: &dyn std::fmt::Display| {
                Error::Unavailable(format!("sslrootcert={file} cannot be read: {error}"))
            };
            let found = CertificateDer::pem_file_iter(Path::new(file)).map_err(|error| unread(&error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| unread(&error))?;
                roots.add(certificate).map_err(|error| unread(&error))?;
            }
            if roots.is_empty() {
                return Err(unread(&"there is no certificate in it"));
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        read(url).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_is_not_verified_is_not_called_safe() {
        for mode in ["prefer", "allow", "verify-ca", "sometimes"] {
            assert!(
                refused(&format!("postgres://a@b/c?sslmode={mode}")).contains("write verify-full"),
                "{mode}"
            );
        }
        assert!(refused("postgres://a@b/c?sslrootcert=/nowhere.pem").contains("/nowhere.pem cannot be read"));
    }

    #[test]
    fn the_rest_of_an_address_is_the_drivers() {
        let plain = read("postgres://a@b,c/d?target_session_attrs=read-write&sslmode=disable").unwrap();
        assert!(plain.tls.is_none());
        assert_eq!(plain.config.get_hosts().len(), 2);
        assert_eq!(plain.config.get_ssl_mode(), SslMode::Disable);
        assert!(read("postgres://a@b/c?sslmode=require").unwrap().tls.is_some());
        assert!(refused("postgres://a@b/c?colour=blue").contains("colour"));
    }
}
