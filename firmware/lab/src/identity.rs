//! An authority and a certificate made for one run.

use std::net::IpAddr;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// PEM texts of a fresh identity.
pub(crate) struct Identity {
    /// Certificate of the authority, for clients to trust.
    pub(crate) authority: String,
    /// The server's certificate.
    pub(crate) certificate: String,
    /// Its private key.
    pub(crate) key: String,
}

/// Makes an authority and a server certificate for `localhost` and this address.
pub(crate) fn fresh(address: IpAddr) -> Result<Identity, rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(DnType::CommonName, "roombox lab authority");
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let key = KeyPair::generate()?;
    let mut server = CertificateParams::new(vec!["localhost".to_owned(), address.to_string()])?;
    server.distinguished_name.push(DnType::CommonName, "roombox lab");
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key))?.pem();
    Ok(Identity { authority: authority_pem, certificate, key: key.serialize_pem() })
}
