//! `tendrel renew-key`: a new key for the sealed secrets; what older ones sealed is sealed again.

use std::io::Write;

use crate::app::App;
use crate::channels::store::servers;
use crate::channels::{sms, webhooks};
use crate::directory::codes;
use crate::vault;

/// Makes a new key in the file, or takes the first of the setting, and seals everything again by it.
///
/// # Errors
/// When a secret does not open or the file cannot be written; the old keys then stay.
pub fn run(app: &App, output: &mut impl Write) -> anyhow::Result<()> {
    let folder = &app.settings.data;
    let is_set = app.settings.secrets_key.is_some();
    let vault = if is_set { app.vault.clone() } else { vault::add_key(folder)? };
    let (sealed, locked) = app.db.write_blocking::<_, database::Error, _>(move |tx| {
        let (codes, locked_codes) = codes::seal_again(tx, &vault)?;
        let (hooks, locked_hooks) = webhooks::seal_again(tx, &vault)?;
        let (mailboxes, locked_mailboxes) = servers::seal_again(tx, &vault)?;
        let (gateway, locked_gateway) = sms::seal_again(tx, &vault)?;
        let locked = locked_codes + locked_hooks + locked_mailboxes + locked_gateway;
        Ok((codes + hooks + mailboxes + gateway, locked))
    })?;
    let file = vault::file(folder);
    let place = if is_set { "TENDREL_SECRETS_KEY".to_owned() } else { file.display().to_string() };
    if locked > 0 {
        anyhow::bail!(
            "{locked} secrets do not open, because the key that sealed them is missing; {sealed} are sealed by the new \
             key. Add the missing key to {place} and run this again, or turn those people's codes off, \
             make new secrets for those webhooks and type the passwords of those mailboxes and of the SMS gateway again"
        );
    }
    if is_set {
        writeln!(
            output,
            "Sealed again: {sealed}. The keys after the first comma of {place} are needed no more."
        )?;
    } else {
        vault::drop_old_keys(folder)?;
        writeln!(
            output,
            "Sealed again: {sealed}. Restart the program, and copy {place} to the other machines."
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::codes::{Checked, Codes};
    use crate::testing::{Who, World};
    use crate::vault::Vault;

    #[test]
    fn after_a_new_key_the_codes_are_the_same() {
        let world = World::new();
        let (karma, now, secret) = (world.account(Who::Karma), world.app.clock.now(), Codes::random());
        let sealed = secret.sealed(&world.app.vault, karma).unwrap();
        world.app.db.write_blocking(move |tx| codes::set_up(tx, karma, &sealed, 0, now)).unwrap();
        let mut said = Vec::new();
        run(&world.app, &mut said).unwrap();
        assert!(String::from_utf8(said).unwrap().starts_with("Sealed again: 1. Restart"));
        let code = secret.at(now);
        let check = |vault: Vault| {
            let code = code.clone();
            world.app.db.write_blocking(move |tx| codes::take_code(tx, &vault, karma, &code, now)).unwrap()
        };
        // The program that still runs with the old key says so; the next start knows the new one.
        assert_eq!(check(world.app.vault.clone()), Checked::Locked);
        let restarted = Vault::of(None, &world.app.settings.data).unwrap();
        assert_ne!(restarted.key_name(), world.app.vault.key_name());
        assert_eq!(check(restarted), Checked::Right);
    }

    #[test]
    fn after_a_new_key_mail_is_still_fetched() {
        use crate::channels::mailbox::Server;
        use crate::channels::testing::mailbox;
        use crate::problem::Problem;

        let world = World::new();
        let (id, vault) = (mailbox(&world).id, world.app.vault.clone());
        let set = move |tx: &mut database::Transaction| {
            servers::set(tx, &vault, id, &Server::default(), Some("six herons"))
        };
        world.app.db.write_blocking(set).unwrap();
        run(&world.app, &mut Vec::new()).unwrap();
        let restarted = Vault::of(None, &world.app.settings.data).unwrap();
        let secret = world.app.db.read_blocking::<_, Problem, _>(move |r| servers::secret(r, &restarted, id));
        assert_eq!(secret.unwrap(), "six herons");
    }

    #[test]
    fn a_missing_key_is_told_and_nothing_is_thrown_away() {
        let world = World::new();
        let (karma, now) = (world.account(Who::Karma), world.app.clock.now());
        let sealed = Codes::random().sealed(&world.app.vault, karma).unwrap();
        world.app.db.write_blocking(move |tx| codes::set_up(tx, karma, &sealed, 0, now)).unwrap();
        std::fs::write(vault::file(&world.app.settings.data), "ab".repeat(32)).unwrap();
        let told = run(&world.app, &mut Vec::new()).unwrap_err().to_string();
        assert!(told.contains("1 secrets do not open"), "{told}");
        let kept = std::fs::read_to_string(vault::file(&world.app.settings.data)).unwrap();
        assert_eq!(kept.lines().count(), 2);
        assert_eq!(world.number("SELECT COUNT(*) FROM code_secrets"), 1);
    }
}
