//! Which telephone numbers are sent SMS, and whether any is: what a form must know at once.

use std::sync::{Arc, PoisonError, RwLock};

/// What makes a number a mobile one.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Without a plus: "975".
    pub country: String,
    /// How mobile numbers begin: "17".
    pub prefixes: Vec<String>,
    /// Digits of a number without its country.
    pub digits: usize,
}

impl Numbers {
    /// The first mobile number in what somebody typed, as country and digits: "97517123456".
    pub fn normal(&self, typed: &str) -> Option<String> {
        typed.split(['/', ',', ';']).find_map(|one| self.one(one.trim()))
    }

    fn one(&self, typed: &str) -> Option<String> {
        if typed.chars().any(|c| !c.is_ascii_digit() && !" +-().".contains(c)) {
            return None;
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        let own = if typed.starts_with(['+', '(']) && typed.contains('+') {
            digits.strip_prefix(&self.country)?
        } else if let Some(abroad) = digits.strip_prefix("00") {
            abroad.strip_prefix(&self.country)?
        } else if digits.len() > self.digits {
            digits.strip_prefix(&self.country)?
        } else {
            &digits
        };
        let is_mobile = own.len() == self.digits && self.prefixes.iter().any(|it| own.starts_with(it));
        is_mobile.then(|| format!("{}{own}", self.country))
    }
}

/// A number of which only the last three digits are to be seen.
pub fn hidden(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    format!("…{}", digits[digits.len().saturating_sub(3)..].iter().collect::<String>())
}

/// Cheap to clone. There are numbers while SMS is sent from here.
#[derive(Clone, Debug, Default)]
pub struct Mobile(Arc<RwLock<Option<Arc<Numbers>>>>);

impl Mobile {
    pub fn numbers(&self) -> Option<Arc<Numbers>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn is_on(&self) -> bool {
        self.numbers().is_some()
    }

    pub fn set(&self, numbers: Option<Numbers>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = numbers.map(Arc::new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_every_spelling() {
        let numbers = Numbers {
            country: "975".to_owned(),
            prefixes: ["17", "77"].map(str::to_owned).into(),
            digits: 8,
        };
        for typed in [
            "17123456",
            "17 12 34 56",
            "+975 17 12 34 56",
            "(+975) 17-123-456",
            "0097517123456",
            "97517123456",
            "02-322711 / 17123456",
            "+975-17123456, 77000000",
        ] {
            assert_eq!(numbers.normal(typed).as_deref(), Some("97517123456"), "{typed}");
        }
        for no in [
            "",
            "02322711",
            "+975 2 322711",
            "1712345",
            "171234567",
            "18123456",
            "+91 17123456",
            "0091 98765 43210",
            "17123456 ext 4",
            "pema@school.bt",
        ] {
            assert_eq!(numbers.normal(no), None, "{no}");
        }
    }

    #[test]
    fn three_digits_are_to_be_seen() {
        assert_eq!(hidden("97517123456"), "…456");
        assert_eq!(hidden("1"), "…1");
    }
}
