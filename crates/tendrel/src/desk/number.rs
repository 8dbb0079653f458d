//! Request numbers: `PUN-26-01482-7` is unit code, year, counter and a check digit that catches every misread digit
//! and every two neighbours that changed places.

use std::fmt;

/// The quasigroup of Damm's check digit: H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    pub unit: String,
    /// The last two digits of the year.
    pub year: u8,
    pub counter: u32,
}

/// Why something that was typed is not the number of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misread {
    /// It does not look like a number of ours at all.
    Shape,
    /// Unit code, year, counter or check digit is missing or has a sign that does not belong there.
    Part(Part),
    /// All parts are there, but a digit of the year or the counter was misread.
    Check,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Unit,
    Year,
    Counter,
    CheckDigit,
}

impl Number {
    /// The check digit covers the unit code too: its letters count as their place in the alphabet, two digits each.
    fn check_digit(&self) -> u8 {
        let letters = self.unit.bytes().flat_map(|letter| {
            let place = letter.to_ascii_uppercase().wrapping_sub(b'A').wrapping_add(1);
            [place / 10 % 10, place % 10]
        });
        let digits = format!("{:02}{:05}", self.year, self.counter);
        letters
            .chain(digits.bytes().map(|digit| digit - b'0'))
            .fold(0, |interim, digit| DAMM[usize::from(interim)][usize::from(digit)])
    }

    /// Reads a number as people type and say it: small letters, spaces or nothing between the parts.
    ///
    /// # Errors
    /// Says which part looks wrong, so that the page can ask for just that.
    pub fn parse(typed: &str) -> Result<Number, Misread> {
        let signs: String =
            typed.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_uppercase();
        if typed.chars().any(|c| !(c.is_ascii_alphanumeric() || " -–—/.".contains(c))) || signs.is_empty()
        {
            return Err(Misread::Shape);
        }
        let letters = signs.find(|c: char| c.is_ascii_digit()).unwrap_or(signs.len());
        let (unit, digits) = signs.split_at(letters);
        if digits.is_empty() {
            return Err(Misread::Shape);
        }
        if !(2..=5).contains(&unit.len()) {
            return Err(Misread::Part(Part::Unit));
        }
        // A letter among the digits is a misread digit: O for 0, I for 1.
        if let Some(wrong) = digits.find(|c: char| !c.is_ascii_digit()) {
            let part = match wrong {
                0..=1 => Part::Year,
                _ if wrong + 1 == digits.len() => Part::CheckDigit,
                _ => Part::Counter,
            };
            return Err(Misread::Part(part));
        }
        if digits.len() < 8 {
            let part = if digits.len() < 3 { Part::Year } else { Part::Counter };
            return Err(Misread::Part(part));
        }
        let (year, rest) = digits.split_at(2);
        let (counter, check) = rest.split_at(rest.len() - 1);
        let number = Number {
            unit: unit.to_owned(),
            year: year.parse().map_err(|_| Misread::Part(Part::Year))?,
            counter: counter.parse().map_err(|_| Misread::Part(Part::Counter))?,
        };
        if check.parse() == Ok(number.check_digit()) { Ok(number) } else { Err(Misread::Check) }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}-{:05}-{}", self.unit, self.year, self.counter, self.check_digit())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn damm(digits: &str) -> u8 {
        digits.bytes().fold(0, |interim, digit| DAMM[usize::from(interim)][usize::from(digit - b'0')])
    }

    #[test]
    fn the_check_digit_of_572_is_4_as_published() {
        assert_eq!(damm("572"), 4);
        assert_eq!(damm("5724"), 0);
    }

    fn punakha(counter: u32) -> Number {
        Number { unit: "PUN".to_owned(), year: 26, counter }
    }

    #[test]
    fn a_number_is_read_as_people_say_it() {
        let number = punakha(1482);
        let printed = number.to_string();
        assert_eq!(printed.len(), "PUN-26-01482-7".len());
        for typed in
            [printed.clone(), printed.to_lowercase(), printed.replace('-', " "), printed.replace('-', "")]
        {
            assert_eq!(Number::parse(&typed), Ok(number.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(Number::parse("no idea"), Err(Misread::Shape));
        assert_eq!(Number::parse(""), Err(Misread::Shape));
        assert_eq!(Number::parse("PUNAKHA-26-01482-7"), Err(Misread::Part(Part::Unit)));
        assert_eq!(Number::parse("PUN-2"), Err(Misread::Part(Part::Year)));
        assert_eq!(Number::parse("PUN-26-0148"), Err(Misread::Part(Part::Counter)));
        assert_eq!(Number::parse("PUN-26-0I482-7"), Err(Misread::Part(Part::Counter)));
        assert_eq!(Number::parse("PUN-26-01482-O"), Err(Misread::Part(Part::CheckDigit)));
    }

    proptest! {
        #[test]
        fn every_number_comes_back(counter in 0_u32..10_000_000, year in 0_u8..100) {
            let number = Number { unit: "THI".to_owned(), year, counter };
            prop_assert_eq!(Number::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn one_misread_digit_never_passes(counter in 0_u32..100_000, place in 0_usize..5, digit in 0_u8..10) {
            let printed = punakha(counter).to_string();
            let mut changed = printed.clone().into_bytes();
            changed[7 + place] = b'0' + digit;
            let changed = String::from_utf8(changed).unwrap();
            prop_assume!(changed != printed);
            prop_assert_eq!(Number::parse(&changed), Err(Misread::Check));
        }

        #[test]
        fn two_neighbours_that_changed_places_never_pass(counter in 0_u32..100_000, place in 0_usize..4) {
            let printed = punakha(counter).to_string();
            let mut changed = printed.clone().into_bytes();
            changed.swap(7 + place, 8 + place);
            let changed = String::from_utf8(changed).unwrap();
            prop_assume!(changed != printed);
            prop_assert_eq!(Number::parse(&changed), Err(Misread::Check));
        }
    }
}
