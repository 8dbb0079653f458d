//! Two desks that write to each other come to an end by themselves.

use crate::channels::mailbox::Mailbox;
use crate::channels::testing::{DESK, comes, mail, mailbox, mailbox_at};
use crate::testing::World;
use crate::worker;

const OTHER: &str = "ict@thimphu.example";

/// A desk and how many of its letters were carried to the other by now.
struct Post {
    world: World,
    mailbox: Mailbox,
    carried: usize,
    /// Its letters do not say that a program wrote them, as those of many other desks.
    is_silent_about_itself: bool,
}

impl Post {
    /// What it wrote to this address since the last time, as it travels.
    async fn letters_to(&mut self, address: &str) -> Vec<String> {
        worker::round(&self.world.app).await.unwrap();
        let sent = self.world.app.mailer.sent();
        let new = sent[self.carried..].iter().filter(|letter| letter.to == address);
        let telling = ["Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Loop", "List-"];
        let letters = new
            .map(|letter| {
                let whole = self.world.app.mailer.written(letter);
                let tells = |line: &&str| telling.iter().any(|name| line.starts_with(name));
                let lines = whole.lines().filter(|line| !self.is_silent_about_itself || !tells(line));
                lines.collect::<Vec<_>>().join("\r\n")
            })
            .collect();
        self.carried = sent.len();
        letters
    }
}

/// Somebody at one desk writes to the other; returns how many mails the two then write to each other.
async fn exchanged(ours_is_silent: bool, theirs_is_silent: bool) -> usize {
    let (here, there) = (World::new(), World::new());
    let at_home = mailbox(&here);
    let away = mailbox_at(&there, OTHER, there.thimphu, "something-else");
    let mut here = Post { world: here, mailbox: at_home, carried: 0, is_silent_about_itself: ours_is_silent };
    let mut there =
        Post { world: there, mailbox: away, carried: 0, is_silent_about_itself: theirs_is_silent };
    let first = mail(&format!("ICT Services <{DESK}>"), "The line between us", "Is it slow for you too?");
    comes(&there.world, &there.mailbox, &first).await;
    let mut mails = 0;
    for _ in 0..10 {
        for letter in there.letters_to(DESK).await {
            mails += 1;
            comes(&here.world, &here.mailbox, &letter).await;
        }
        for letter in here.letters_to(OTHER).await {
            mails += 1;
            comes(&there.world, &there.mailbox, &letter).await;
        }
    }
    assert_eq!(there.world.number("SELECT COUNT(*) FROM requests"), 1);
    mails
}

#[tokio::test]
async fn two_desks_write_each_other_two_mails_at_most() {
    // Each says that a program wrote: the answer to the first mail is the last.
    assert_eq!(exchanged(false, false).await, 1);
    // The other hides it: it is taken for a person once.
    assert_eq!(exchanged(false, true).await, 2);
    assert_eq!(exchanged(true, true).await, 2);
}
