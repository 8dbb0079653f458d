//! What becomes of a mail.

mod answers;
mod corpus;
mod hindrances;
mod two_desks;

use crate::channels::keep_mail::Kept;
use crate::channels::testing::{comes, mail, mailbox, mailbox_at, the_number, with};
use crate::id::OrganisationId;
use crate::testing::{Who, World};

const TSHERING: &str = "Tshering Dema <tshering@tendrel.example>";

#[tokio::test]
async fn a_mail_of_somebody_known_is_a_case_of_their_office_with_a_number_and_a_promise() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, &mail(TSHERING, "No Internet", "Since the power came back.\r\n\r\nTshering"))
        .await;
    let number = the_number(&world);
    let page = world.browser(Who::Karma).get(&format!("/requests/{number}")).await;
    page.must_be(200);
    page.must_have("No Internet");
    page.must_have("Since the power came back.");
    page.must_have("Kabjisa Central School");
    page.must_have("Tshering Dema");
    assert_eq!(
        world.number("SELECT COUNT(*) FROM requests WHERE channel = 'email' AND requester_id IS NOT NULL"),
        1
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE response_due_at IS NOT NULL"), 1);
    // She sees it among her own.
    world.browser(Who::Tshering).get("/my/requests").await.must_have(&number);
}

#[tokio::test]
async fn a_mail_of_somebody_unknown_is_a_case_too() {
    let world = World::new();
    let mailbox = mailbox(&world);
    comes(&world, &mailbox, &mail("Pema <Pema@Hotel.example>", "", "Is the land registry open?")).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{}", the_number(&world))).await;
    page.must_have("Is the land registry open?");
    page.must_have("pema@hotel.example");
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE requester_id IS NULL"), 1);
}

#[tokio::test]
async fn the_same_mail_is_one_case_however_often_it_comes() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let mail = mail(TSHERING, "No Internet", "Since today.");
    assert!(matches!(comes(&world, &mailbox, &mail).await, Kept::New(_)));
    assert_eq!(comes(&world, &mailbox, &mail).await, Kept::Again);
    let other_way = with(&mail, &[("Received", "from elsewhere by here")]);
    assert_eq!(comes(&world, &mailbox, &other_way).await, Kept::Again);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 1);
    assert_eq!(world.number("SELECT times FROM mails"), 3);
    // Of the ways it came again nothing is left behind.
    assert_eq!(world.number("SELECT COUNT(*) FROM files"), 1);
    assert_eq!(world.app.files.stored_before(jiff::Timestamp::MAX).unwrap().len(), 1);
}

#[tokio::test]
async fn an_office_is_known_by_its_own_address() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let school = world.school;
    let name = world.app.db.write_blocking(move |tx| {
        tx.execute("UPDATE organisations SET email = 'office@kcs.example' WHERE id = $1", &[school.into()])?;
        tx.one("SELECT name FROM organisations WHERE id = $1", &[school.into()], |row| {
            row.get::<String>("name")
        })
    });
    comes(&world, &mailbox, &mail("\"The school\" <Office@KCS.example>", "No line", "Since today.")).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{}", the_number(&world))).await;
    page.must_have(&name.unwrap());
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE office_id IS NOT NULL"), 1);
}

#[tokio::test]
async fn a_mail_to_two_desks_is_a_case_of_each_and_each_knows_of_the_other() {
    let world = World::new();
    let punakha = mailbox(&world);
    let thimphu = mailbox_at(&world, "ict@thimphu.example", world.thimphu, "something-else");
    let mail = mail(TSHERING, "Line between us", "It is slow.");
    comes(&world, &punakha, &mail).await;
    comes(&world, &thimphu, &mail).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 2);
    assert_eq!(world.number("SELECT COUNT(DISTINCT unit_id) FROM requests"), 2);
    let number = |unit: OrganisationId| {
        let sql = "SELECT number FROM requests WHERE unit_id = $1";
        let found = world.app.db.read_blocking(move |r| r.one(sql, &[unit.into()], |row| row.get("number")));
        found.unwrap()
    };
    let (here, there): (String, String) = (number(world.punakha), number(world.thimphu));
    let linked = format!("it is <b>{there}</b>");
    world.browser(Who::Karma).get(&format!("/requests/{here}")).await.must_have(&linked);
    // Who asked knows of both, and sees of each what concerns it.
    world.browser(Who::Tshering).get(&format!("/my/requests/{here}")).await.must_not_have(&linked);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'linked'"), 2);
}

#[tokio::test]
async fn of_what_is_confidential_no_other_desk_hears() {
    let world = World::new();
    crate::desk::testing::veiled(&world, "security-incident", &[Who::Sonam]).await;
    let named = mailbox_at(&world, "security@thimphu.example", world.thimphu, "security-incident");
    let mail = mail(TSHERING, "Stolen laptop", "Since today.");
    comes(&world, &named, &mail).await;
    comes(&world, &mailbox(&world), &mail).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM requests WHERE confidential = 1"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM requests"), 2);
    assert_eq!(world.number("SELECT COUNT(*) FROM events WHERE activity = 'linked'"), 0);
}

#[tokio::test]
async fn what_hangs_on_a_mail_hangs_on_its_case() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let mail = mail(TSHERING, "The router", "")
        .replace(
            "Content-Type: text/plain; charset=utf-8\r\n\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee the lights.\r\n--b\r\nContent-Type: text/plain; name=\"../../lights.txt\"\r\nContent-Disposition: attachment; filename=\"../../lights.txt\"\r\n\r\nred\r\n--b--\r\n",
        );
    comes(&world, &mailbox, &mail).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{}", the_number(&world))).await;
    page.must_have("See the lights.");
    page.must_have("lights.txt");
    assert!(!page.text().contains("../../"));
    assert_eq!(world.number("SELECT COUNT(*) FROM attachments"), 1);
}

#[tokio::test]
async fn nothing_in_a_mail_is_believed_to_be_markup_or_a_command() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let evil = "<script>alert(1)</script>";
    let text = format!("{evil}\u{0}\r\n'; DROP TABLE requests; --\r\n");
    comes(&world, &mailbox, &mail(&format!("\"{evil}\" <x@evil.example>"), evil, &text)).await;
    let page = world.browser(Who::Karma).get(&format!("/requests/{}", the_number(&world))).await;
    page.must_be(200);
    assert!(!page.text().contains(evil));
    page.must_have("DROP TABLE requests");
}

#[tokio::test]
async fn a_mail_to_a_confidential_service_is_seen_by_those_who_are_named() {
    let world = World::new();
    crate::desk::testing::veiled(&world, "security-incident", &[Who::Sonam]).await;
    let mailbox = mailbox_at(&world, "security@punakha.example", world.punakha, "security-incident");
    let copied =
        with(&mail(TSHERING, "Stolen password", "Somebody has mine."), &[("Cc", "dechen@tendrel.example")]);
    comes(&world, &mailbox, &copied).await;
    let number = the_number(&world);
    assert!(number.starts_with("CONF-"), "{number}");
    world.browser(Who::Sonam).get(&format!("/requests/{number}")).await.must_have("Somebody has mine.");
    world.browser(Who::Karma).get(&format!("/requests/{number}")).await.must_be(404);
    assert_eq!(world.number("SELECT COUNT(*) FROM watchers"), 0);
}

#[tokio::test]
async fn the_words_say_which_service_once_the_unit_has_taught_it() {
    let world = World::new();
    let mailbox = mailbox(&world);
    let printers = "the printer has a paper jam and the toner is empty";
    let lines = "no internet since the router lights went out";
    comes(&world, &mailbox, &mail(TSHERING, "Printer", printers)).await;
    let service_of = |code: &str| {
        world.number(&format!(
            "SELECT COUNT(*) FROM requests r JOIN services s ON s.id = r.service_id
             WHERE s.code = '{code}' AND r.is_open = 1"
        ))
    };
    assert_eq!(service_of("something-else"), 1, "nothing was learned yet");
    let printers = ["printer", "a paper jam", "the toner is empty", printers];
    let lines = ["internet", "the router lights", "no internet since yesterday", lines];
    for (code, words) in [("computer-repair", printers), ("internet-lan", lines)] {
        let mut incoming = crate::desk::testing::reported(&world);
        incoming.service = world.app.catalogue.now().service_by_code(code).unwrap().clone();
        for n in 0..60 {
            incoming.subject = format!("{} in room {n}", words[n % 4]);
            incoming.description = String::new();
            crate::desk::testing::given(&world, incoming.clone()).await;
        }
    }
    let done = "UPDATE requests SET state = 'closed', is_open = 0 WHERE channel = 'web'";
    world.app.db.write_blocking::<_, database::Error, _>(|tx| tx.execute(done, &[])).unwrap();
    // It is learned once a day.
    world.set("2026-11-20 10:00");
    comes(&world, &mailbox, &mail(TSHERING, "Help", "A paper jam in the printer of room 9")).await;
    assert_eq!(service_of("computer-repair"), 1);
    assert_eq!(world.number("SELECT COUNT(*) FROM mails WHERE because LIKE '%found by the words%jam%'"), 1);
    comes(&world, &mailbox, &mail(TSHERING, "Question", "May I bring my grandmother?")).await;
    assert_eq!(service_of("something-else"), 2);
}
