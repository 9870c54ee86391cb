//! Whom the router link trusts.
//!
//! RouterOS certificates are usually made on the router itself: self-signed, often marked as a CA,
//! with a common name and nothing else. Root-store checks refuse those for good reasons, so a pin has
//! its own verifier. Handshake signatures are checked in every case.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Where distributions keep the public certificate authorities.
const SYSTEM_BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// A SHA-256 digest of a certificate's DER form.
pub type Fingerprint = [u8; 32];

/// What makes a router's certificate acceptable.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trust {
    /// Any certificate, as v1.7 with `verify_ssl: false`: the password is safe from listeners, but not
    /// from somebody who answers in the router's place.
    Anyone,
    /// Exactly this certificate (`router.tls_fingerprint`).
    Pinned(Fingerprint),
    /// What a certificate authority of this file signed (`router.ca_file`), or of the system's bundle
    /// (`verify_ssl: true`).
    Signed(Option<PathBuf>),
}

/// Why no TLS configuration could be made.
#[derive(Debug)]
pub enum TrustError {
    /// The file cannot be read or holds no certificate.
    NoCertificates(PathBuf),
    /// No bundle was found in the places where distributions keep it.
    NoBundle,
}

impl core::fmt::Display for TrustError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoCertificates(path) => {
                write!(f, "{}: no readable certificate in PEM form", path.display())
            }
            Self::NoBundle => write!(
                f,
                "the system's certificate authorities are needed (for router.verify_ssl, or for notices by https), \
                 and none of {} exists; install ca-certificates, or set router.tls_fingerprint or the ca_file \
                 of that section",
                SYSTEM_BUNDLES.join(", ")
            ),
        }
    }
}

impl std::error::Error for TrustError {}

/// Makes the TLS side of a link: TLS 1.2 and 1.3, as RouterOS offers.
///
/// # Errors
/// [`TrustError`] if there is nothing to trust.
///
/// # Panics
/// Never: `ring` supports both protocol versions.
pub fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, TrustError> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::Anyone => Arc::new(Lenient {
            pin: None,
            provider: Arc::clone(&provider),
        }),
        Trust::Pinned(fingerprint) => Arc::new(Lenient {
            pin: Some(*fingerprint),
            provider: Arc::clone(&provider),
        }),
        Trust::Signed(file) => signed(file.as_deref(), Arc::clone(&provider))?,
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The SHA-256 digest of a certificate's DER form.
pub fn fingerprint(certificate: &CertificateDer<'_>) -> Fingerprint {
    sha256(certificate)
}

/// The SHA-256 digest of anything.
///
/// # Panics
/// Never: `ring`'s first TLS 1.3 suite hashes with SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let suite = ring::cipher_suite::TLS13_AES_128_GCM_SHA256
        .tls13()
        .expect("it is a TLS 1.3 suite");
    let digest = suite.common.hash_provider.hash(bytes);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

fn signed(
    file: Option<&Path>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, TrustError> {
    let file = match file {
        Some(file) => file,
        None => SYSTEM_BUNDLES
            .iter()
            .map(Path::new)
            .find(|path| path.exists())
            .ok_or(TrustError::NoBundle)?,
    };
    let none = || TrustError::NoCertificates(file.to_owned());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|_| none())? {
        // A bundle may hold an oddity or two; one readable authority is enough.
        let _ = certificate.map(|certificate| roots.add(certificate));
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|_| none())?;
    Ok(verifier)
}

/// Accepts any certificate, or exactly one.
#[derive(Debug)]
struct Lenient {
    pin: Option<Fingerprint>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.pin {
            Some(pin) if pin != fingerprint(end_entity) => {
                Err(rustls::CertificateError::ApplicationVerificationFailure.into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
