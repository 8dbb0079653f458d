//! Whether the one who asks is told by SMS: a tick beside the telephone number, shown while there is a gateway.

use crate::app::App;
use crate::desk::form::Fault;

/// # Errors
/// It was ticked, and the number is none that SMS reaches.
pub fn wanted(app: &App, ticked: bool, phone: &str) -> Result<bool, Fault> {
    let Some(numbers) = app.mobile.numbers().filter(|_| ticked) else { return Ok(false) };
    match numbers.normal(phone) {
        Some(_) => Ok(true),
        None => Err(Fault::new("by-sms-number").with("prefixes", numbers.prefixes.join(", "))),
    }
}
