//! An authenticator made of `ring`: what it signs is checked as a telephone's answer would be.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;
use crate::testing::{Browser, Page, Who, World};

const ORIGIN: &str = "http://localhost";

struct Authenticator {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    user: Vec<u8>,
    uses: u32,
    flags: u8,
    host: &'static str,
    origin: &'static str,
}

impl Authenticator {
    fn new() -> Authenticator {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref(), &random).unwrap();
        Authenticator {
            key,
            credential: crate::secret::bytes::<16>().to_vec(),
            user: Vec::new(),
            uses: 0,
            flags: USER_PRESENT | USER_VERIFIED,
            host: "localhost",
            origin: ORIGIN,
        }
    }

    fn client_data(&self, act: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": act, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let host = Sha256::digest(self.host.as_bytes());
        [host.as_slice(), &[self.flags | more], &self.uses.to_be_bytes()].concat()
    }

    fn made(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let length = u16::try_from(self.credential.len()).unwrap().to_be_bytes();
        let key = [&KEY_BEGINS[..], &point[1..33], &KEY_GOES_ON, &point[33..]].concat();
        [self.data(HAS_CREDENTIAL).as_slice(), &[0; 16], &length, &self.credential, &key].concat()
    }

    fn sign(&self, client_data: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let data = self.data(0);
        let signed = [data.as_slice(), Sha256::digest(client_data).as_slice()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        (data, signature.as_ref().to_vec())
    }

    async fn add(&mut self, browser: &mut Browser, name: &str) -> Page {
        let asked = browser.post("/me/passkeys/challenge", &[]).await.json();
        assert_eq!(asked["site"], "localhost");
        self.user = from_text(asked["user"].as_str().unwrap()).unwrap();
        let client_data = self.client_data("webauthn.create", asked["challenge"].as_str().unwrap());
        let fields = [
            ("passkey_name", name),
            ("client_data", &to_text(&client_data)),
            ("authenticator_data", &to_text(&self.made())),
        ];
        browser.post("/me/passkeys", &fields).await
    }

    async fn sign_in(&self, browser: &mut Browser) -> Page {
        let asked = browser.post("/sign-in/passkey/challenge", &[]).await.json();
        self.answer(browser, asked["challenge"].as_str().unwrap()).await
    }

    async fn answer(&self, browser: &mut Browser, challenge: &str) -> Page {
        let client_data = self.client_data("webauthn.get", challenge);
        let (data, signature) = self.sign(&client_data);
        let fields = [
            ("back", "/me"),
            ("id", &to_text(&self.credential)),
            ("user", &to_text(&self.user)),
            ("client_data", &to_text(&client_data)),
            ("authenticator_data", &to_text(&data)),
            ("signature", &to_text(&signature)),
        ];
        browser.post("/sign-in/passkey", &fields).await
    }
}

#[test]
fn a_site_is_a_name_with_https_or_this_machine() {
    let site = Site::of("https://ICT.example.bt:8443/desk").unwrap();
    assert_eq!((site.host.as_str(), site.origin.as_str()), ("ict.example.bt", "https://ict.example.bt:8443"));
    assert!(Site::of("http://localhost:8080").is_some());
    for none in ["http://ict.example.bt", "http://127.0.0.1:8080", "https://10.0.0.1", "https://[::1]", "x"] {
        assert_eq!(Site::of(none), None, "{none}");
    }
}

#[test]
fn what_is_cut_short_is_unreadable_and_another_kind_of_key_is_not_taken() {
    let site = Site::of(ORIGIN).unwrap();
    let made = Authenticator::new().made();
    assert!(new_key(&made, &site).is_ok());
    for length in 0..made.len() {
        assert!(new_key(&made[..length], &site).is_err(), "{length}");
    }
    let mut other = made.clone();
    let at = made.windows(10).position(|part| part == KEY_BEGINS).unwrap();
    other[at + 4] = 0x27;
    assert_eq!(new_key(&other, &site), Err(Refused::OtherKey));
    assert_eq!(challenge_of(b"{}", Act::Get, &site), Err(Refused::Unreadable));
}

#[test]
fn an_answer_for_another_site_or_without_the_owner_is_refused() {
    let site = Site::of(ORIGIN).unwrap();
    let fine = Authenticator::new();
    for (wrong, why) in [
        (Authenticator { host: "evil.example", ..Authenticator::new() }, Refused::Elsewhere),
        (Authenticator { flags: USER_PRESENT, ..Authenticator::new() }, Refused::Unproven),
        (Authenticator { flags: USER_VERIFIED, ..Authenticator::new() }, Refused::Unproven),
    ] {
        assert_eq!(new_key(&wrong.made(), &site), Err(why));
    }
    let elsewhere = Authenticator { origin: "https://evil.example", ..Authenticator::new() };
    assert_eq!(
        challenge_of(&elsewhere.client_data("webauthn.get", "AA"), Act::Get, &site),
        Err(Refused::Elsewhere)
    );
    assert_eq!(
        challenge_of(&fine.client_data("webauthn.create", "AA"), Act::Get, &site),
        Err(Refused::Elsewhere)
    );
}

#[test]
fn a_signature_is_checked_to_the_last_byte_and_the_count_must_rise() {
    let site = Site::of(ORIGIN).unwrap();
    let mut owner = Authenticator::new();
    owner.uses = 7;
    let key = new_key(&owner.made(), &site).unwrap().public_key;
    let client_data = owner.client_data("webauthn.get", "AA");
    let (data, signature) = owner.sign(&client_data);
    let check = |before, data: &[u8], client: &[u8], signature: &[u8]| {
        check_signature(&key, before, data, client, signature, &site)
    };
    assert_eq!(check(6, &data, &client_data, &signature), Ok(7));
    assert_eq!(check(7, &data, &client_data, &signature), Err(Refused::Copied));
    let other = owner.client_data("webauthn.get", "BB");
    assert_eq!(check(6, &data, &other, &signature), Err(Refused::WrongSignature));
    let (_, of_another) = Authenticator::new().sign(&client_data);
    assert_eq!(check(6, &data, &client_data, &of_another), Err(Refused::WrongSignature));
    let mut raised = data.clone();
    raised[36] = 9;
    assert_eq!(check(6, &raised, &client_data, &signature), Err(Refused::WrongSignature));
}

#[tokio::test]
async fn a_passkey_is_added_signs_in_and_is_removed() {
    let world = World::new();
    let mut karma = world.browser(Who::Karma);
    let mut telephone = Authenticator::new();
    telephone.add(&mut karma, "").await.must_be(422);
    telephone.add(&mut karma, "my telephone").await.must_have("The passkey is added");
    // The same key is not taken twice.
    telephone.add(&mut karma, "again").await.must_be(422);
    let mut there = world.public();
    there.get("/sign-in").await.must_have("Use a passkey");
    let page = telephone.sign_in(&mut there).await;
    assert_eq!(page.path, "/me");
    page.must_have("Karma Wangmo");
    let page = karma.get("/me").await.text();
    let id = page.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    world.browser(Who::Sonam).post("/me/passkeys/remove", &[("id", &id)]).await.must_be(404);
    karma.post("/me/passkeys/remove", &[("id", &id)]).await.must_have("The passkey is removed");
    telephone.sign_in(&mut world.public()).await.must_be(422);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'sign-in failed'"), 1);
}

#[tokio::test]
async fn an_answer_holds_once_and_for_five_minutes() {
    let world = World::new();
    let mut telephone = Authenticator::new();
    telephone.add(&mut world.browser(Who::Karma), "my telephone").await;
    let challenge = || async {
        let asked = world.public().post("/sign-in/passkey/challenge", &[]).await.json();
        asked["challenge"].as_str().unwrap().to_owned()
    };
    let (first, second) = (challenge().await, challenge().await);
    assert_eq!(telephone.answer(&mut world.public(), &first).await.path, "/me");
    telephone.answer(&mut world.public(), &first).await.must_be(422);
    telephone.answer(&mut world.public(), "AAAA").await.must_be(422);
    world.set("2026-11-19 09:05");
    telephone.answer(&mut world.public(), &second).await.must_be(422);
}

#[tokio::test]
async fn a_key_of_one_person_opens_no_account_of_another() {
    let world = World::new();
    let (mut karmas, mut sonams) = (Authenticator::new(), Authenticator::new());
    karmas.add(&mut world.browser(Who::Karma), "k").await;
    sonams.add(&mut world.browser(Who::Sonam), "s").await;
    karmas.user.clone_from(&sonams.user);
    karmas.sign_in(&mut world.public()).await.must_be(422);
    // What was made for adding a key to one account adds none to another.
    let asked = world.browser(Who::Karma).post("/me/passkeys/challenge", &[]).await.json();
    let thief = Authenticator::new();
    let client_data = thief.client_data("webauthn.create", asked["challenge"].as_str().unwrap());
    let fields = [
        ("passkey_name", "x"),
        ("client_data", &to_text(&client_data) as &str),
        ("authenticator_data", &to_text(&thief.made())),
    ];
    world.browser(Who::Sonam).post("/me/passkeys", &fields).await.must_be(422);
    world.public().post("/sign-in/passkey", &[("id", "!"), ("signature", "AA")]).await.must_be(422);
    assert_eq!(world.public().get("/me").await.path, "/sign-in?back=%2Fme");
}
