//! What is printed on a sheet so that it finds its way back: `TENDREL:PUN:internet-lan:v1`, and on one that belongs to a
//! case `TENDREL:PUN:internet-lan:v1:PUN-26-01482-7:<mark>`.
//!
//! The squares hold it in capitals, which take half the room of small letters: larger squares survive a fax.

use std::fmt;

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::problem::Problem;

const BEGIN: &str = "TENDREL";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetCode {
    /// Code of the unit.
    pub unit: String,
    /// Code of the service.
    pub service: String,
    /// Of the service's form.
    pub version: i64,
    pub case: Option<SheetCase>,
}

/// The case that a sheet says it belongs to; believed by its mark alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetCase {
    pub number: String,
    pub mark: String,
}

impl SheetCode {
    /// Was it printed by a program like this one, readable or not?
    pub fn is_one(text: &str) -> bool {
        let begin = text.split(':').next().unwrap_or_default();
        begin.eq_ignore_ascii_case(BEGIN)
    }

    /// What a sheet says; `None` when it says nothing that we print.
    pub fn parse(text: &str) -> Option<SheetCode> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        let (unit, service, version, case) = match parts.as_slice() {
            [begin, unit, service, version] if begin.eq_ignore_ascii_case(BEGIN) => {
                (unit, service, version, None)
            }
            [begin, unit, service, version, number, mark] if begin.eq_ignore_ascii_case(BEGIN) => {
                let (number, mark) = (word(number)?.to_uppercase(), word(mark)?.to_lowercase());
                (unit, service, version, Some(SheetCase { number, mark }))
            }
            _ => return None,
        };
        let version = version.strip_prefix(['v', 'V'])?;
        let is_number = !version.is_empty() && version.bytes().all(|digit| digit.is_ascii_digit());
        Some(SheetCode {
            unit: word(unit)?.to_uppercase(),
            service: word(service)?.to_lowercase(),
            version: version.parse().ok().filter(|_| is_number)?,
            case,
        })
    }

    /// Can this number stand on a sheet? Those that came from elsewhere may hold other signs.
    pub fn takes(number: &str) -> bool {
        word(number).is_some()
    }

    /// The code as squares, SVG; the words of it stand beside.
    ///
    /// # Errors
    /// When it is longer than squares can hold.
    pub fn picture(&self) -> Result<String, Problem> {
        let squares = self.squares()?;
        let drawn = squares.render::<svg::Color<'_>>().min_dimensions(96, 96).quiet_zone(true).build();
        // Without the declaration of a file of its own it can stand in a page.
        Ok(drawn.split_once("?>").map_or(drawn.clone(), |(_, picture)| picture.to_owned()))
    }

    /// As many squares as it needs, with as much spare as they have room for.
    ///
    /// # Errors
    /// As `picture`.
    pub fn squares(&self) -> Result<QrCode, Problem> {
        let text = self.to_string().to_uppercase();
        let of = |level| QrCode::with_error_correction_level(&text, level);
        let least = of(EcLevel::M).map_err(|error| anyhow::anyhow!("no code of {text:?}: {error}"))?;
        let better = [EcLevel::H, EcLevel::Q].into_iter().filter_map(|level| of(level).ok());
        Ok(better.into_iter().find(|better| better.width() <= least.width()).unwrap_or(least))
    }
}

/// Letters, digits and dashes, as codes and numbers of ours are made of.
fn word(text: &str) -> Option<&str> {
    let fits = |sign: u8| sign.is_ascii_alphanumeric() || sign == b'-';
    (!text.is_empty() && text.len() <= 40 && text.bytes().all(fits)).then_some(text)
}

impl fmt::Display for SheetCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEGIN}:{}:{}:v{}", self.unit, self.service, self.version)?;
        match &self.case {
            Some(SheetCase { number, mark }) => write!(f, ":{number}:{mark}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_sheet_says_unit_service_form_and_case() {
        let plain = SheetCode::parse("TENDREL:PUN:internet-lan:v1").unwrap();
        assert_eq!((plain.unit.as_str(), plain.service.as_str(), plain.version), ("PUN", "internet-lan", 1));
        assert_eq!(plain.case, None);
        let text = "TENDREL:PUN:internet-lan:v12:PUN-26-01482-7:abcdefghijklmnop";
        let continued = SheetCode::parse(text).unwrap();
        assert_eq!(continued.case.as_ref().unwrap().number, "PUN-26-01482-7");
        assert_eq!(continued.to_string(), text);
        assert_eq!(SheetCode::parse(&text.to_uppercase()), Some(continued));
    }

    #[test]
    fn what_is_no_code_of_ours_says_nothing() {
        for wrong in [
            "",
            "TENDREL",
            "TENDREL:PUN:internet-lan",
            "TENDREL:PUN:internet-lan:1",
            "TENDREL:PUN:internet-lan:v-1",
            "TENDREL:PUN:internet-lan:v+1",
            "TENDREL:PUN::v1",
            "TENDREL:PUN:internet lan:v1",
            "TENDREL:PUN:internet-lan:v1:PUN-26-01482-7",
            "TENDREL:PUN:internet-lan:v1:PUN-26-01482-7:a:b",
            "https://tendrel.example/",
            "OTHER:PUN:internet-lan:v1",
            "TENDREL:PUN:internet-lan:v99999999999999999999",
        ] {
            assert_eq!(SheetCode::parse(wrong), None, "{wrong}");
        }
        assert!(SheetCode::is_one("tendrel:torn") && !SheetCode::is_one("https://tendrel.example/"));
    }

    #[test]
    fn the_squares_are_as_large_as_they_can_be() {
        let plain = SheetCode::parse("TENDREL:PUN:internet-lan:v1").unwrap();
        assert_eq!(plain.squares().unwrap().width(), 25);
        let text = "TENDREL:PUN:internet-lan:v1:PUN-26-01482-7:abcdefghijklmnop";
        assert_eq!(SheetCode::parse(text).unwrap().squares().unwrap().width(), 29);
        assert!(plain.picture().unwrap().starts_with("<svg"));
    }

    proptest! {
        #[test]
        fn every_code_is_read_as_it_was_written(
            unit in "[A-Z]{3}", service in "[a-z][a-z0-9-]{0,20}", version in 1_i64..10_000,
            case in proptest::option::of(("[A-Z]{3,4}-[0-9]{2}-[0-9]{5}-[0-9]", "[a-z2-7]{16}")),
        ) {
            let case = case.map(|(number, mark)| SheetCase { number, mark });
            let code = SheetCode { unit, service, version, case };
            prop_assert_eq!(SheetCode::parse(&code.to_string()), Some(code.clone()));
            prop_assert_eq!(SheetCode::parse(&code.to_string().to_uppercase()), Some(code));
        }

        #[test]
        fn whatever_stands_there_is_read_without_fear(text in "\\PC{0,80}") {
            if let Some(code) = SheetCode::parse(&text) {
                prop_assert_eq!(SheetCode::parse(&code.to_string()), Some(code));
            }
        }
    }
}
