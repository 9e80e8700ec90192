//! `account.certificate_pin`: the SHA-256 of a server's public key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What is allowed in `account.certificate_pin`.
pub(crate) const ALLOWED: &str = "64 hexadecimal digits, or sha256// and 44 characters of base64: \
     openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der | sha256sum";

/// Reads a pin: `sha256//…` as curl has it, or hexadecimal digits with or without colons.
pub(crate) fn parse(text: &str) -> Result<[u8; 32], String> {
    let text = text.trim();
    let bytes = match text.strip_prefix("sha256//") {
        Some(base64) => STANDARD.decode(base64).map_err(|_| "holds no base64 behind sha256//".to_owned())?,
        None => hexadecimal(text)?,
    };
    let length = bytes.len();
    bytes.try_into().map_err(|_| format!("has {length} bytes; a SHA-256 has 32"))
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> =
        text.chars().filter(|c| *c != ':').map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.ok_or("holds what is no hexadecimal digit")?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err("has an odd number of digits".into());
    }
    Ok(pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_give_the_same_bytes() {
        let hex = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff";
        let base64 = "sha256//AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eH/8=";
        let bytes = parse(hex).unwrap();
        assert_eq!((bytes[0], bytes[31]), (1, 255));
        assert_eq!(parse(base64).unwrap(), bytes);
        let colons: Vec<_> = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
        assert_eq!(parse(&colons.join(":").to_uppercase()).unwrap(), bytes);
    }

    #[test]
    fn a_bad_pin_says_what_is_wrong() {
        assert_eq!(parse("xy").unwrap_err(), "holds what is no hexadecimal digit");
        assert_eq!(parse("abc").unwrap_err(), "has an odd number of digits");
        assert_eq!(parse("ab").unwrap_err(), "has 1 bytes; a SHA-256 has 32");
        assert_eq!(parse("").unwrap_err(), "has 0 bytes; a SHA-256 has 32");
        assert_eq!(parse("sha256//***").unwrap_err(), "holds no base64 behind sha256//");
    }
}
