//! Passkeys (W3C Web Authentication, level 3): what an authenticator answers is checked here; the arithmetic is `ring`'s.
//!
//! Deliberately small: signatures are ES256, which every authenticator knows; keys come without attestation, because
//! who made the authenticator is not asked; and each use needs the owner's finger, face or PIN, so that a passkey is
//! two factors in one. `docs/decisions/0008` says why no library does this.

pub mod store;

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Passkeys that one account may have.
pub const LIMIT: usize = 20;
/// How long the owner has for finger or PIN.
pub const CHALLENGE_HOLDS: SignedDuration = SignedDuration::from_mins(5);

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;

/// A key of ES256 as authenticators write it (CTAP2, canonical CBOR): these bytes, x, three bytes, y.
const KEY_BEGINS: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const KEY_GOES_ON: [u8; 3] = [0x22, 0x58, 0x20];

#[derive(Clone, Debug, PartialEq)]
pub struct Passkey {
    pub credential: Vec<u8>,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl Passkey {
    /// The name by which a form calls it.
    pub fn id(&self) -> String {
        to_text(&self.credential)
    }
}

/// Why an answer of an authenticator is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not written as the standard says.
    Unreadable,
    /// Made for something else: another act, another site, a frame in another site.
    Elsewhere,
    /// Nobody touched the authenticator, or it did not ask for finger or PIN.
    Unproven,
    /// A key of a kind that was not asked for.
    OtherKey,
    WrongSignature,
    /// The authenticator counted less than before: there may be two of it.
    Copied,
}

/// The site that keys are made for.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    pub host: String,
    origin: String,
}

impl Site {
    /// `None` where browsers know no passkeys: an address in digits, or without https on another machine.
    pub fn of(base_url: &str) -> Option<Site> {
        let (scheme, rest) = base_url.split_once("://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_lowercase();
        let is_number = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
        let is_safe = scheme == "https" || host == "localhost";
        let origin = format!("{scheme}://{}", authority.to_lowercase());
        (!is_number && is_safe && !host.is_empty()).then_some(Site { host, origin })
    }
}

pub fn to_text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn from_text(text: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| Refused::Unreadable)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Create,
    Get,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// What the browser says the answer is for. Returns the challenge, which the caller must have given.
pub fn challenge_of(client_data: &[u8], act: Act, site: &Site) -> Result<Vec<u8>, Refused> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_| Refused::Unreadable)?;
    let wanted = match act {
        Act::Create => "webauthn.create",
        Act::Get => "webauthn.get",
    };
    if data.r#type != wanted || data.origin != site.origin || data.cross_origin {
        return Err(Refused::Elsewhere);
    }
    from_text(&data.challenge)
}

/// What the authenticator itself says.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said<'a> {
    /// How often it was used, 0 where it does not count.
    uses: u32,
    flags: u8,
    rest: &'a [u8],
}

fn said<'a>(authenticator_data: &'a [u8], site: &Site) -> Result<Said<'a>, Refused> {
    let (site_hash, rest) = authenticator_data.split_at_checked(32).ok_or(Refused::Unreadable)?;
    let ([flags, uses @ ..], rest) = rest.split_first_chunk::<5>().ok_or(Refused::Unreadable)?;
    if site_hash != Sha256::digest(site.host.as_bytes()).as_slice() {
        return Err(Refused::Elsewhere);
    }
    if flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(Refused::Unproven);
    }
    Ok(Said { uses: u32::from_be_bytes(*uses), flags: *flags, rest })
}

/// A key that was just made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewKey {
    pub credential: Vec<u8>,
    /// The point of P-256, uncompressed.
    pub public_key: Vec<u8>,
    pub uses: u32,
}

/// Reads the key out of what the authenticator said when it made one.
pub fn new_key(authenticator_data: &[u8], site: &Site) -> Result<NewKey, Refused> {
    let Said { uses, flags, rest } = said(authenticator_data, site)?;
    if flags & HAS_CREDENTIAL == 0 {
        return Err(Refused::Unreadable);
    }
    // Sixteen bytes name the model of the authenticator.
    let rest = rest.get(16..).ok_or(Refused::Unreadable)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Refused::Unreadable)?;
    let (credential, key) =
        rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Refused::Unreadable)?;
    if credential.is_empty() || credential.len() > 1023 {
        return Err(Refused::Unreadable);
    }
    let (x, key) = coordinate(key, &KEY_BEGINS)?;
    let (y, _) = coordinate(key, &KEY_GOES_ON)?;
    let public_key = [&[0x04], x, y].concat();
    Ok(NewKey { credential: credential.to_vec(), public_key, uses })
}

fn coordinate<'a>(key: &'a [u8], before: &[u8]) -> Result<(&'a [u8], &'a [u8]), Refused> {
    key.strip_prefix(before).ok_or(Refused::OtherKey)?.split_at_checked(32).ok_or(Refused::Unreadable)
}

/// Was this signed with the key, here and by its owner? Returns how often the authenticator was used by now.
pub fn check_signature(
    public_key: &[u8],
    uses_before: u32,
    authenticator_data: &[u8],
    client_data: &[u8],
    signature: &[u8],
    site: &Site,
) -> Result<u32, Refused> {
    let Said { uses, .. } = said(authenticator_data, site)?;
    let signed = [authenticator_data, Sha256::digest(client_data).as_slice()].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key)
        .verify(&signed, signature)
        .map_err(|_| Refused::WrongSignature)?;
    let counts = uses != 0 || uses_before != 0;
    if counts && uses <= uses_before { Err(Refused::Copied) } else { Ok(uses) }
}

#[cfg(test)]
pub(crate) mod tests;
