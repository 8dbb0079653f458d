//! Marks by which a mail says to which case it belongs, and that nobody can make who was not written to: the number of
//! the case and a keyed hash over it, in the address that answers go to and in the ids of what is sent.
//!
//! Servers change the case of addresses, so nothing here depends on it. Of the hash 80 bits are kept: too many to try
//! against a mail server, few enough for an address of 64 signs before the `@`.

use uuid::Uuid;

use crate::vault::Vault;

/// What begins a mark; in an address it comes after the `+`.
const BEGIN: &str = "t.";
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const PURPOSE: &[u8] = b"mail marks";
/// What is printed can be copied: a mark on paper opens nothing by mail.
const ON_PAPER: &[u8] = b"sheet marks";

/// Makes and reads the marks of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Marks(Vault);

impl Marks {
    pub fn new(vault: &Vault) -> Marks {
        Marks(vault.clone())
    }

    /// Where answers about a case go: `desk+t.pun-26-01482-7.<hash>@example.bt`. The plain address where the number of
    /// an imported case does not fit into one.
    pub fn reply_address(&self, mailbox: &str, number: &str) -> String {
        match (mailbox.split_once('@'), self.mark(number)) {
            (Some((local, domain)), Some(mark)) if local.len() + mark.len() < 64 => {
                format!("{local}+{mark}@{domain}")
            }
            _ => mailbox.to_owned(),
        }
    }

    /// The id of a mail that is about to be sent, without brackets; never the same twice.
    pub fn message_id(&self, number: &str, domain: &str) -> String {
        let unique = Uuid::now_v7().simple();
        match self.mark(number) {
            Some(mark) => format!("{mark}.{unique}@{domain}"),
            None => format!("{unique}@{domain}"),
        }
    }

    /// The id of a mail that was never sent and that all mails of a case refer to, so that programs show them together.
    pub fn root(&self, number: &str, domain: &str) -> String {
        match self.mark(number) {
            Some(mark) => format!("{mark}@{domain}"),
            None => format!("{}@{domain}", number.to_lowercase()),
        }
    }

    /// What stands in the `X-Loop` of everything that this installation sends, and in nobody else's.
    pub fn loop_mark(&self) -> String {
        format!("tendrel.{}", letters(&self.0.authenticator(PURPOSE, b"loop")))
    }

    /// The number of the case that an address or an id is marked with; `None` when there is no mark, or a forged one.
    pub fn number(&self, marked: &str) -> Option<String> {
        let local = marked.rsplit_once('@').map_or(marked, |(local, _)| local).to_lowercase();
        let mark = local.rsplit_once('+').map_or(local.as_str(), |(_, tag)| tag);
        let mut parts = mark.strip_prefix(BEGIN)?.split('.');
        let (number, hash) = (parts.next()?, parts.next()?);
        let is_ours = self.0.authentic(PURPOSE, number.as_bytes(), |whole| letters(whole) == hash);
        is_ours.then(|| number.to_uppercase())
    }

    /// What stands on a sheet of paper that belongs to a case.
    pub fn on_paper(&self, number: &str) -> String {
        letters(&self.0.authenticator(ON_PAPER, number.to_lowercase().as_bytes()))
    }

    /// Did we print this mark beside this number?
    pub fn is_on_paper(&self, number: &str, mark: &str) -> bool {
        let mark = mark.to_lowercase();
        self.0.authentic(ON_PAPER, number.to_lowercase().as_bytes(), |whole| letters(whole) == mark)
    }

    fn mark(&self, number: &str) -> Option<String> {
        let number = number.to_lowercase();
        let fits = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
        if number.is_empty() || number.len() > 24 || !number.chars().all(fits) {
            return None;
        }
        let hash = letters(&self.0.authenticator(PURPOSE, number.as_bytes()));
        Some(format!("{BEGIN}{number}.{hash}"))
    }
}

/// The first 80 bits, five at a time.
fn letters(hash: &[u8]) -> String {
    let mut word = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in hash.iter().take(10) {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            word.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marks(key: &str) -> Marks {
        let folder = tempfile::tempdir().unwrap();
        Marks::new(&Vault::of(Some(&key.repeat(32)), folder.path()).unwrap())
    }

    #[test]
    fn an_answer_says_to_which_case_it_belongs() {
        let marks = marks("ab");
        let address = marks.reply_address("ict@punakha.example", "PUN-26-01482-7");
        assert!(
            address.starts_with("ict+t.pun-26-01482-7.") && address.ends_with("@punakha.example"),
            "{address}"
        );
        assert_eq!(marks.number(&address).as_deref(), Some("PUN-26-01482-7"));
        assert_eq!(marks.number(&address.to_uppercase()).as_deref(), Some("PUN-26-01482-7"));
        let (one, other) = (
            marks.message_id("PUN-26-01482-7", "x.example"),
            marks.message_id("PUN-26-01482-7", "x.example"),
        );
        assert_ne!(one, other);
        for id in [one, other, marks.root("PUN-26-01482-7", "x.example")] {
            assert_eq!(marks.number(&id).as_deref(), Some("PUN-26-01482-7"), "{id}");
        }
    }

    #[test]
    fn a_guessed_number_opens_nothing() {
        let marks_ = marks("ab");
        let address = marks_.reply_address("ict@punakha.example", "PUN-26-01482-7");
        for forged in [
            address.replace("01482-7", "01483-3"),
            address.replace("t.pun", "t.thi"),
            "ict+t.pun-26-01482-7.aaaaaaaaaaaaaaaa@punakha.example".to_owned(),
            "ict+t.pun-26-01482-7.@punakha.example".to_owned(),
            "ict+t.pun-26-01482-7@punakha.example".to_owned(),
            "ict@punakha.example".to_owned(),
            String::new(),
        ] {
            assert_eq!(marks_.number(&forged), None, "{forged}");
        }
        assert_eq!(marks("cd").number(&address), None);
    }

    #[test]
    fn a_mark_on_paper_is_true_for_its_number_alone_and_opens_nothing_by_mail() {
        let marks_ = marks("ab");
        let mark = marks_.on_paper("PUN-26-01482-7");
        assert!(marks_.is_on_paper("pun-26-01482-7", &mark.to_uppercase()));
        for (number, mark) in
            [("PUN-26-01483-3", mark.as_str()), ("PUN-26-01482-7", ""), ("PUN-26-01482-7", "a")]
        {
            assert!(!marks_.is_on_paper(number, mark));
        }
        assert!(!marks("cd").is_on_paper("PUN-26-01482-7", &mark));
        assert_eq!(marks_.number(&format!("ict+t.pun-26-01482-7.{mark}@punakha.example")), None);
    }

    #[test]
    fn marks_of_an_older_key_still_hold() {
        let folder = tempfile::tempdir().unwrap();
        let old = Vault::of(Some(&"ab".repeat(32)), folder.path()).unwrap();
        let both =
            Vault::of(Some(&format!("{},{}", "cd".repeat(32), "ab".repeat(32))), folder.path()).unwrap();
        let address = Marks::new(&old).reply_address("a@b.bt", "PUN-26-01482-7");
        assert_eq!(Marks::new(&both).number(&address).as_deref(), Some("PUN-26-01482-7"));
        assert_ne!(Marks::new(&both).reply_address("a@b.bt", "PUN-26-01482-7"), address);
    }

    #[test]
    fn a_number_that_fits_into_no_address_is_left_out() {
        let marks = marks("ab");
        assert_eq!(marks.reply_address("a@b.bt", "R/000 141"), "a@b.bt");
        assert_eq!(marks.number(&marks.message_id("R/000 141", "b.bt")), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_fear(typed in "\\PC{0,80}") {
            prop_assert_eq!(marks("ab").number(&typed), None);
        }
    }
}
