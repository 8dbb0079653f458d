//! `tendrel make-operator`: the first account of an installation, and the way back in when nobody can sign in.

use std::io::{BufRead, Write};

use anyhow::{Context, bail};
use database::{Error, Transaction};
use jiff::Timestamp;

use crate::app::App;
use crate::directory::people::{self, NewPerson};
use crate::directory::{accounts, codes, password};
use crate::id::{AccountId, OrganisationId};
use crate::viewer::Role;

#[derive(Clone, Debug, clap::Args)]
pub struct MakeOperator {
    /// The name to sign in with; an account that exists becomes an operator and gets a new password.
    pub username: String,
    /// The person's name.
    #[arg(long)]
    pub name: String,
    /// Read the password from standard input, instead of printing a new one once.
    #[arg(long)]
    pub password_stdin: bool,
}

/// Makes the operator; says on `output` how to sign in.
///
/// # Errors
/// Says what to do when the password is too weak.
pub fn run(
    app: &App,
    arguments: &MakeOperator,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> anyhow::Result<()> {
    let username = accounts::username(&arguments.username);
    if username.is_empty() || arguments.name.trim().is_empty() {
        bail!("give a user name and a name: tendrel make-operator tandin --name \"Tandin Wangdi\"");
    }
    let secret = if arguments.password_stdin {
        let mut line = String::new();
        input.read_line(&mut line).context("the password cannot be read from standard input")?;
        let typed = line.trim_end_matches(['\r', '\n']).to_owned();
        if password::check(&app.settings.sign_in, &typed, &[&username, &arguments.name]).is_err() {
            bail!(
                "the password is too easy to guess, or known to thieves: use {} characters or more, such as four words that do not belong together",
                password::SHORTEST
            );
        }
        typed
    } else {
        crate::secret::new()
    };
    let hash = password::hash_now(&secret)?;
    let (name, now, account_name) = (arguments.name.trim().to_owned(), app.clock.now(), username.clone());
    app.db.write_blocking(move |tx| make(tx, &account_name, &name, &hash, now))?;
    if arguments.password_stdin {
        writeln!(output, "{username} is an operator.")?;
    } else {
        writeln!(output, "{username} is an operator. The password is shown this once:\n{secret}")?;
    }
    Ok(())
}

fn make(
    tx: &mut Transaction,
    username: &str,
    name: &str,
    hash: &str,
    now: Timestamp,
) -> Result<AccountId, Error> {
    let whole: OrganisationId = tx
        .row(
            "SELECT id FROM organisations WHERE parent_id IS NULL AND valid_to IS NULL ORDER BY key LIMIT 1",
            &[],
            |row| row.get("id"),
        )?
        .ok_or_else(|| Error::Missing { statement: "the organisation on top".to_owned() })?;
    let account = match accounts::find(tx, username)? {
        Some(account) => account.id,
        None => {
            let person = NewPerson { name: name.to_owned(), ..NewPerson::default() };
            let person = people::insert(tx, &person, now)?;
            people::insert_account(tx, person, username, now)?
        }
    };
    accounts::reopen(tx, account)?;
    accounts::set_password(tx, account, hash)?;
    // The way back in: also for whoever lost the telephone with the codes.
    codes::remove(tx, account)?;
    people::grant(tx, account, Role::Operator, whole, now)?;
    let actor = crate::events::Actor::program();
    super::sign_in::record(tx, account.uuid(), actor, "made operator", "", now)?;
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Who, World};

    fn make(world: &World, username: &str, typed: Option<&str>) -> anyhow::Result<String> {
        let arguments = MakeOperator {
            username: username.to_owned(),
            name: "Dorji Wangchuk".to_owned(),
            password_stdin: typed.is_some(),
        };
        let mut output = Vec::new();
        run(&world.app, &arguments, &mut typed.unwrap_or_default().as_bytes(), &mut output)?;
        Ok(String::from_utf8(output).unwrap())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_operator_signs_in_with_the_password_that_was_printed() {
        let world = World::new();
        let said = tokio::task::block_in_place(|| make(&world, "Dorji", None));
        let said = said.unwrap();
        let secret = said.lines().last().unwrap().to_owned();
        let mut dorji = world.public();
        let page =
            dorji.post("/sign-in", &[("username", "dorji"), ("password", &secret), ("back", "/me")]).await;
        page.must_have("Dorji Wangchuk");
        page.must_have("Operator");
    }

    #[test]
    fn a_weak_password_is_refused_and_an_account_that_exists_is_kept() {
        let world = World::new();
        assert!(make(&world, "dorji", Some("password1\n")).unwrap_err().to_string().contains("guess"));
        make(&world, "karma", Some("three cranes over Phobjikha\n")).unwrap();
        let karma = world.account(Who::Karma);
        let grants = world.app.db.read_blocking(move |r| accounts::grants_of(r, karma)).unwrap();
        assert_eq!(grants.len(), 2);
        assert_eq!(world.number("SELECT COUNT(*) FROM persons WHERE name = 'Dorji Wangchuk'"), 0);
    }
}
