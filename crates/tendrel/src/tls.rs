//! Whom the program trusts when it asks others: the certificates of the machine, and those the settings name.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// # Errors
/// When the file that the settings name holds no certificate.
pub fn client(also_trusted: Option<&Path>) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // A machine without certificates asks nobody beyond itself; that shows when it asks.
    let (_, unusable) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if unusable > 0 {
        tracing::warn!("{unusable} certificates of the machine cannot be used");
    }
    if let Some(path) = also_trusted {
        let told = || format!("ca_certificates: {} holds no certificate in PEM", path.display());
        let mut added = 0;
        for certificate in CertificateDer::pem_file_iter(path).with_context(told)? {
            roots.add(certificate.with_context(told)?).with_context(told)?;
            added += 1;
        }
        anyhow::ensure!(added > 0, told());
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
