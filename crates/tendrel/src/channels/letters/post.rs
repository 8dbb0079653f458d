//! Hands letters to the mail server: each when it may go, each domain at its own pace, with growing pauses after
//! failures. One that was handed over and not written down as sent goes again under the same id.

use database::Transaction;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::channels::letters::block::{self, Block};
use crate::channels::letters::kind::Kind;
use crate::channels::letters::store::{self, Domain};
use crate::channels::letters::{bounced, limits, thread};
use crate::channels::marks::Marks;
use crate::desk::store as cases;
use crate::desk::store::letters::{self, Letter, LetterState};
use crate::mailer::{Mail, NotTaken};
use crate::problem::Problem;

/// Letters of one round; the rest waits for the next, so that clocks never wait for long.
const A_ROUND: usize = 50;
/// So long a domain may have been written to less than its pace allows, to be written to at once now.
const BURST: SignedDuration = SignedDuration::from_secs(60);
/// When the server is away nothing is tried for so long.
const REST: SignedDuration = SignedDuration::from_secs(30);

enum Next {
    Nothing,
    /// Its domain must wait.
    PutOff,
    Ready(Box<(Letter, Mail)>),
}

/// Sends what is due.
pub async fn round(app: &App) -> Result<(), Problem> {
    if !app.mailer.is_on() {
        return Ok(());
    }
    for _ in 0..A_ROUND {
        let (own, now) = (app.clone(), app.clock.now());
        match app.db.write(move |tx| next(tx, &own, now)).await? {
            Next::Nothing => return Ok(()),
            Next::PutOff => {}
            Next::Ready(ready) => {
                let (letter, mail) = *ready;
                let result = app.mailer.hand_over(&mail, now).await;
                let is_away = matches!(result, Err(NotTaken::Away(_)));
                let now = app.clock.now();
                app.db.write(move |tx| write_down(tx, &letter, &result, now)).await?;
                if is_away {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

fn next(tx: &mut Transaction, app: &App, now: Timestamp) -> Result<Next, Problem> {
    let Some(letter) = letters::take(tx, now)? else { return Ok(Next::Nothing) };
    let domain = limits::domain_of(&letter.address);
    let known = store::domain(tx, &domain)?.unwrap_or(Domain { next_at: Timestamp::MIN, failures: 0 });
    if known.next_at > now {
        letters::put_off(tx, &letter, known.next_at, None)?;
        return Ok(Next::PutOff);
    }
    let step = SignedDuration::from_millis(60_000 / app.settings.letters.a_minute_per_domain.max(1));
    store::set_domain(tx, &domain, known.next_at.max(now - BURST) + step, known.failures, "")?;
    let mail = mail_of(tx, app, &letter, now)?;
    Ok(Next::Ready(Box::new((letter, mail))))
}

/// The letter as it travels, with its secret link, which is made now and stands nowhere else.
fn mail_of(tx: &mut Transaction, app: &App, letter: &Letter, now: Timestamp) -> Result<Mail, Problem> {
    let mut blocks: Vec<Block> = serde_json::from_str(&letter.words).map_err(anyhow::Error::from)?;
    let base = &app.settings.base_url;
    let request = match letter.request {
        Some(id) => cases::by_id(tx, id)?,
        None => None,
    };
    if let Some(request) = request.as_ref().filter(|_| block::bears_secret(&blocks)) {
        let secret = letters::make_link(tx, request.id, now)?;
        blocks = block::with_secret(blocks, &format!("{base}/r/{secret}"));
    }
    let sender = thread::sender(tx, app, request.as_ref())?;
    let answers = letter.kind == Kind::Received.code();
    let mut headers = vec![
        ("Auto-Submitted", if answers { "auto-replied" } else { "auto-generated" }.to_owned()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("X-Loop", Marks::new(&app.vault).loop_mark()),
    ];
    if letter.automatic {
        headers.push(("Precedence", "bulk".to_owned()));
    }
    match &request {
        Some(request) => headers.extend(thread::headers(tx, app, &sender, request, &letter.address)?),
        None => headers.push(("List-Unsubscribe", format!("<{base}/me/letters>"))),
    }
    Ok(Mail {
        to: letter.address.clone(),
        subject: letter.subject.clone(),
        body: block::text(&blocks),
        html: Some(block::html(&blocks, &letter.language, &letter.subject).map_err(anyhow::Error::from)?),
        comes_back_to: request.and_then(|request| thread::comes_back_to(app, &sender, &request)),
        from: Some(sender.from),
        message_id: Some(letter.message_id.clone()),
        headers,
    })
}

fn write_down(
    tx: &mut Transaction,
    letter: &Letter,
    result: &Result<(), NotTaken>,
    now: Timestamp,
) -> Result<(), Problem> {
    let domain = limits::domain_of(&letter.address);
    match result {
        Ok(()) => {
            letters::sent(tx, letter.id, now)?;
            if let Some(known) = store::domain(tx, &domain)?.filter(|known| known.failures > 0) {
                store::set_domain(tx, &domain, known.next_at, 0, "")?;
            }
            Ok(())
        }
        Err(NotTaken::Away(why)) => Ok(letters::put_off(tx, &back(letter), now + REST, Some(why))?),
        Err(NotTaken::Later(why)) if letter.attempts < limits::TRIES => {
            let failures = store::domain(tx, &domain)?.map_or(0, |known| known.failures) + 1;
            store::set_domain(tx, &domain, now + limits::pause(failures), failures, why)?;
            Ok(letters::put_off(tx, letter, now + limits::pause(letter.attempts), Some(why))?)
        }
        Err(NotTaken::Later(why) | NotTaken::Refused(why)) => {
            tracing::warn!(kind = letter.kind, "a letter was not taken: {why}");
            letters::set_state(tx, letter.id, LetterState::Failed, why)?;
            bounced::tell_officers(tx, letter.request, now)
        }
    }
}

/// A try that says nothing about the letter is not counted.
fn back(letter: &Letter) -> Letter {
    Letter { attempts: letter.attempts - 1, ..letter.clone() }
}
