//! `tendrel mail deliver`: takes one message from a mail server's pipe, and says by its exit code what became of it, in
//! the codes of sysexits that Postfix, Exim and Sendmail know.

use std::io::Read;

use crate::app::App;
use crate::channels::keep_mail::{Came, LONGEST, keep};
use crate::channels::mailbox::Mailbox;
use crate::channels::store;
use crate::problem::Problem;

/// The message is not one that can be taken.
const DATA_WRONG: u8 = 65;
const NO_SUCH_MAILBOX: u8 = 67;
/// Nothing was kept: the mail server keeps it and comes again.
const COME_AGAIN: u8 = 75;

#[derive(Clone, Debug, clap::Args)]
pub struct DeliverArguments {
    /// For which address it came, such as ict+t.pun-26-01482-7.…@example.bt; else its own headers say.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

/// Keeps the message on `input` and returns the exit code; what went wrong is written to `errors`.
pub fn run(
    place: &crate::settings::Place,
    arguments: &DeliverArguments,
    input: &mut dyn Read,
    errors: &mut dyn std::io::Write,
) -> u8 {
    let told = match place.open() {
        Ok(app) => take(&app, arguments, input),
        Err(error) => Err((COME_AGAIN, format!("{error:#}"))),
    };
    match told {
        Ok(()) => 0,
        Err((code, words)) => {
            let _ = writeln!(errors, "{words}");
            code
        }
    }
}

fn take(app: &App, arguments: &DeliverArguments, input: &mut dyn Read) -> Result<(), (u8, String)> {
    let mut bytes = Vec::new();
    let read = input.take(LONGEST as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| (COME_AGAIN, format!("the message could not be read: {error}")))?;
    let mailboxes = app.db.read_blocking(store::mailboxes);
    let mailboxes = mailboxes.map_err(|error| (COME_AGAIN, error.to_string()))?;
    let wanted = wanted(&mailboxes, arguments, &bytes);
    if wanted.is_empty() {
        let known: Vec<&str> = mailboxes.iter().map(|mailbox| mailbox.address.as_str()).collect();
        return Err((
            NO_SUCH_MAILBOX,
            format!("no mailbox of this address; there are: {}", known.join(", ")),
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| (COME_AGAIN, error.to_string()))?;
    for mailbox in wanted {
        let recipient = arguments.to.as_deref().unwrap_or_default();
        let came = Came { bytes: &bytes, by: "deliver", recipient };
        runtime.block_on(keep(app, mailbox.id, came)).map_err(|problem| match problem {
            Problem::TooLarge => (DATA_WRONG, format!("the message is longer than {LONGEST} bytes")),
            other => (COME_AGAIN, format!("the message could not be kept: {other}")),
        })?;
    }
    Ok(())
}

/// The mailboxes that the message is for.
fn wanted<'a>(mailboxes: &'a [Mailbox], arguments: &DeliverArguments, bytes: &[u8]) -> Vec<&'a Mailbox> {
    let addresses: Vec<String> = match &arguments.to {
        Some(address) => vec![address.clone()],
        None => {
            let read = mail_reader::read(bytes, &mail_reader::Desk::default());
            let headers = read.to.into_iter().chain(read.cc).map(|it| it.address);
            headers.chain(read.delivered_to).collect()
        }
    };
    let is_wanted = |mailbox: &&Mailbox| addresses.iter().any(|address| mailbox.takes(address));
    mailboxes.iter().filter(is_wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::testing::{DESK, all_filed, mail, mailbox};
    use crate::testing::World;

    fn deliver(world: &World, to: Option<&str>, message: &str) -> Result<(), (u8, String)> {
        let arguments = DeliverArguments { to: to.map(str::to_owned) };
        take(&world.app, &arguments, &mut message.as_bytes())
    }

    #[test]
    fn a_mail_servers_pipe_hears_what_became_of_its_message() {
        let world = World::new();
        mailbox(&world);
        let message = mail("pema@school.example", "No line", "Since today.");
        assert_eq!(deliver(&world, Some(DESK), &message), Ok(()));
        assert_eq!(deliver(&world, Some("ICT+t.x@Punakha.example"), &message), Ok(()));
        assert_eq!(deliver(&world, None, &message), Ok(()));
        let (code, words) = deliver(&world, Some("nobody@punakha.example"), &message).unwrap_err();
        assert_eq!(code, NO_SUCH_MAILBOX);
        assert!(words.contains(DESK), "{words}");
        let (code, _) = deliver(&world, Some(DESK), &"x".repeat(LONGEST + 1)).unwrap_err();
        assert_eq!(code, DATA_WRONG);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(all_filed(&world));
        assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
    }
}
