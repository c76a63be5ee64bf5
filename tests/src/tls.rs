//! Certificates for `rediss://`.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// An authority of its own, and a server's certificate for `localhost` and `127.0.0.1` signed by it.
#[derive(Clone, Debug)]
pub struct Certificates {
    pub(crate) authority: String,
    certificate: String,
    key: String,
}

impl Certificates {
    /// Fresh ones: no two are alike, so that a server of one is refused by a client of the other.
    #[must_use]
    pub fn generate() -> Self {
        let mut authority = CertificateParams::default();
        // Names that differ: a certificate whose issuer has its own name counts as self-signed.
        authority.distinguished_name.push(DnType::CommonName, "cache-tests authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(authority, authority_key).expect("a certificate");
        let key = KeyPair::generate().expect("a key");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut server = CertificateParams::new(names).expect("valid names");
        server.distinguished_name.push(DnType::CommonName, "cache-tests server");
        let certificate = server.signed_by(&key, &authority).expect("a certificate");
        Self { authority: authority.pem(), certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// The authority's certificate as PEM: what a client has to trust.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Writes the files that a server reads; returns its arguments. The authority is in `authority.pem`.
    pub(crate) fn write(&self, folder: &Path) -> Vec<(&'static str, PathBuf)> {
        let files = [
            ("--tls-ca-cert-file", "authority.pem", &self.authority),
            ("--tls-cert-file", "server.pem", &self.certificate),
            ("--tls-key-file", "server.key", &self.key),
        ];
        let write = |(option, name, text): (&'static str, &str, &String)| {
            let path = folder.join(name);
            fs::write(&path, text).expect("could not write a certificate");
            (option, path)
        };
        files.map(write).into()
    }
}
