//! With what listeners prove who they are.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{Error as RustlsError, ServerConfig};

use super::config::TlsFiles;

/// TLS cannot be spoken with these files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path:?}, the {what} for TLS, cannot be read: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path:?} holds no {what} for TLS: it has to be PEM, with a line that begins with -----BEGIN")]
    Nothing {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Certificate and key do not go together, or are of a kind that is not known.
    #[error("TLS cannot be spoken with the certificate {certificate:?} and the key {key:?}: {source}")]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong with them.
        source: RustlsError,
    },
}

/// What speaks TLS on new connections: HTTP/2 and HTTP/1.1 in it.
pub(crate) fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let no_certificate = |error| unreadable(&files.certificate, "certificate", error);
    let chain = CertificateDer::pem_file_iter(&files.certificate).map_err(no_certificate)?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(no_certificate)?;
    if chain.is_empty() {
        return Err(no_certificate(PemError::NoItemsFound));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key);
    let key = key.map_err(|error| unreadable(&files.key, "private key", error))?;
    let unfit = |source| TlsError::Unfit {
        certificate: files.certificate.clone(),
        key: files.key.clone(),
        source,
    };
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(unfit)?;
    let mut config = builder
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unfit)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn unreadable(path: &std::path::Path, what: &'static str, error: PemError) -> TlsError {
    let path = path.to_owned();
    match error {
        PemError::Io(source) => TlsError::Read { path, what, source },
        // What else is wrong may repeat what the file holds.
        _ => TlsError::Nothing { path, what },
    }
}
