//! Certificates and keys: PEM files in, checked material for both transports out.

use super::error::SettingsError;
use std::path::{Path, PathBuf};
#[cfg(feature = "tls")]
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

/// What the files held; empty where the defaults hold.
#[derive(Default)]
#[cfg_attr(not(feature = "grpc"), allow(dead_code, reason = "the texts are gRPC's"))]
pub(in crate::destination) struct Tls {
    #[cfg(feature = "tls")]
    authorities: Option<(Vec<u8>, Vec<Certificate<'static>>)>,
    #[cfg(feature = "tls")]
    client: Option<Client>,
}

/// A certificate chain and its key, as texts and parsed.
#[cfg(feature = "tls")]
#[cfg_attr(not(feature = "grpc"), allow(dead_code, reason = "the texts are gRPC's"))]
struct Client {
    chain_text: Vec<u8>,
    key_text: Vec<u8>,
    parsed: ClientCert,
}

#[cfg(not(feature = "tls"))]
impl Tls {
    pub(in crate::destination) fn read(
        authorities: Option<&Path>,
        client: Option<&(PathBuf, PathBuf)>,
    ) -> Result<Self, SettingsError> {
        match (authorities, client) {
            (None, None) => Ok(Self::default()),
            (Some(_), _) => Err(SettingsError::NoTls {
                option: "certificate",
            }),
            (None, Some(_)) => Err(SettingsError::NoTls {
                option: "client_certificate",
            }),
        }
    }
}

#[cfg(feature = "tls")]
impl Tls {
    pub(in crate::destination) fn read(
        authorities: Option<&Path>,
        client: Option<&(PathBuf, PathBuf)>,
    ) -> Result<Self, SettingsError> {
        let authorities = authorities
            .map(|path| {
                let text = read_file("certificate", path)?;
                let parsed = certificates("certificate", path, &text)?;
                Ok((text, parsed))
            })
            .transpose()?;
        let client = client.map(|(chain, key)| read_client(chain, key)).transpose()?;
        Ok(Self { authorities, client })
    }

    /// The blocking client's form.
    pub(in crate::destination) fn for_http(&self) -> TlsConfig {
        let roots = match &self.authorities {
            Some((_, certificates)) => RootCerts::new_with_certs(certificates),
            None => RootCerts::WebPki,
        };
        let client = self.client.as_ref().map(|client| client.parsed.clone());
        TlsConfig::builder().root_certs(roots).client_cert(client).build()
    }

    /// The gRPC client's form.
    #[cfg(feature = "grpc")]
    pub(in crate::destination) fn for_grpc(&self) -> tonic::transport::ClientTlsConfig {
        use tonic::transport::{Certificate, ClientTlsConfig, Identity};
        let config = ClientTlsConfig::new();
        let config = match &self.authorities {
            Some((text, _)) => config.ca_certificate(Certificate::from_pem(text)),
            None => config.with_webpki_roots(),
        };
        match &self.client {
            Some(client) => config.identity(Identity::from_pem(&client.chain_text, &client.key_text)),
            None => config,
        }
    }
}

#[cfg(feature = "tls")]
fn read_client(chain: &Path, key: &Path) -> Result<Client, SettingsError> {
    const OPTION: &str = "client_certificate";
    let (chain_text, key_text) = (read_file(OPTION, chain)?, read_file(OPTION, key)?);
    let certificates = certificates(OPTION, chain, &chain_text)?;
    let private = PrivateKey::from_pem(&key_text)
        .map_err(|_| bad_file(OPTION, key, "holds no private key in PEM form"))?;
    Ok(Client {
        parsed: ClientCert::new_with_certs(&certificates, private),
        chain_text,
        key_text,
    })
}

#[cfg(feature = "tls")]
fn certificates(
    option: &'static str,
    path: &Path,
    text: &[u8],
) -> Result<Vec<Certificate<'static>>, SettingsError> {
    let found: Vec<_> = parse_pem(text)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(bad_file(option, path, "holds no certificate in PEM form"));
    }
    Ok(found)
}

/// Reads a file that an option names.
#[cfg(feature = "tls")]
fn read_file(option: &'static str, path: &Path) -> Result<Vec<u8>, SettingsError> {
    std::fs::read(path).map_err(|error| bad_file(option, path, format!("cannot be read: {error}")))
}

/// An error about a file that an option names.
#[cfg(feature = "tls")]
fn bad_file(option: &'static str, path: &Path, problem: impl Into<String>) -> SettingsError {
    SettingsError::Certificate {
        option,
        path: path.to_owned(),
        problem: problem.into(),
    }
}
