//! A certificate such as a router makes for itself, for the double's TLS face.

use std::sync::Arc;

use rustls::version::TLS12;
use rustls::{ALL_VERSIONS, ServerConfig};

use crate::shell::tls;

/// A certificate, and all it takes to serve it.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Shows the certificate to whoever connects.
    pub config: Arc<ServerConfig>,
    /// Its SHA-256, as `router.tls_fingerprint` takes it.
    pub fingerprint: tls::Fingerprint,
}

impl Certificate {
    /// A new key and a certificate for it, signed by itself. With `only_1_2`, TLS 1.2 is all that is
    /// spoken: `/ip/service` has `tls-version=only-1.2`.
    ///
    /// # Errors
    /// A sentence, if the system gives no random bytes.
    pub fn make(only_1_2: bool) -> Result<Self, String> {
        let said = |error: rcgen::Error| format!("no certificate can be made: {error}");
        let mut params =
            rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).map_err(said)?;
        let name = &mut params.distinguished_name;
        name.push(rcgen::DnType::CommonName, "router");
        let key = rcgen::KeyPair::generate().map_err(said)?;
        let made = params.self_signed(&key).map_err(said)?;
        let versions = if only_1_2 { &[&TLS12] } else { ALL_VERSIONS };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let secret = key.serialize_der().try_into();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|e| e.to_string())?
            .with_no_client_auth()
            .with_single_cert(vec![made.der().clone()], secret.map_err(str::to_owned)?)
            .map_err(|e| e.to_string())?;
        Ok(Self {
            config: Arc::new(config),
            fingerprint: tls::fingerprint(made.der()),
        })
    }
}
