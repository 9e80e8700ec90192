//! A certificate authority of our own and what it signs.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// A server's certificate with its key, and the authority to trust, as PEM files.
pub struct Identity {
    /// Certificate of the authority.
    pub authority: PathBuf,
    /// Certificate for `localhost` and `127.0.0.1`.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Makes an authority and an identity for `localhost` in this folder; `name` starts the file names.
pub fn make(folder: &Path, name: &str) -> Identity {
    let authority_key = KeyPair::generate().expect("the system has random numbers");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names to get wrong");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(rcgen::DnType::CommonName, format!("{name} authority"));
    let authority_pem = authority.self_signed(&authority_key).expect("the parameters are complete").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("the system has random numbers");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let server = CertificateParams::new(names).expect("both names are valid");
    let server_pem = server.signed_by(&key, &issuer).expect("the parameters are complete").pem();
    let file = |kind: &str, text: &str| {
        let path = folder.join(format!("{name}-{kind}.pem"));
        std::fs::write(&path, text).expect("the folder is writable");
        path
    };
    Identity {
        authority: file("ca", &authority_pem),
        certificate: file("certificate", &server_pem),
        key: file("key", &key.serialize_pem()),
    }
}
