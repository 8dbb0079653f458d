use super::*;
use crate::testing::{Browser, Page, Who, World};

/// The list of the demonstration; the tests' own school stands under the administration itself.
static OFFICES: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    let list = include_str!("../../../../../demo/offices.csv");
    let own = list.lines().find(|line| line.starts_with("Kabjisa Central School,")).unwrap();
    let moved = own.replace("Education Sector", "Punakha Dzongkhag Administration");
    assert_ne!(own, moved);
    list.replace(own, &moved).into_bytes()
});
const PEOPLE: &[u8] = include_bytes!("../../../../../demo/people.csv");
const BROKEN: &[u8] = include_bytes!("../../../../../demo/broken-people.csv");

impl World {
    fn take(&self, what: What, bytes: &[u8], leave_out_wrong: bool) -> Outcome {
        let table = Table::read(bytes).unwrap();
        let now = self.app.clock.now();
        let taken = self.app.db.write_blocking(move |tx| {
            let map = Map::guess(what, &table.head);
            let (reach, actor) = (Reach::everywhere(), Actor::program());
            let import = Import { table: &table, map: &map, reach: &reach, actor, leave_out_wrong, now };
            match what {
                What::Offices => offices(tx, &import),
                What::People => people(tx, &import),
            }
        });
        taken.unwrap()
    }
}

fn said(outcome: &Outcome, line: usize) -> String {
    let found = outcome.lines.iter().find(|judged| judged.line == line).unwrap();
    match &found.verdict {
        Verdict::Wrong(reason) => reason.sentence(Language::English, false),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_demonstrations_lists_are_taken_over_once() {
    let world = World::new();
    let first = world.take(What::Offices, &OFFICES, false);
    assert!(
        first.written,
        "{:#?}",
        first.lines.iter().filter(|line| matches!(line.verdict, Verdict::Wrong(_))).collect::<Vec<_>>()
    );
    assert_eq!(first.lines.len(), 69);
    assert!(
        first.changed() >= 13,
        "the administration, the unit and eleven gewogs were there: {}",
        first.changed()
    );
    let again = world.take(What::Offices, &OFFICES, false);
    assert_eq!((again.same(), again.new_lines(), again.changed()), (69, 0, 0));
    let first = world.take(What::People, PEOPLE, false);
    assert!(
        first.written,
        "{:#?}",
        first.lines.iter().filter(|line| matches!(line.verdict, Verdict::Wrong(_))).collect::<Vec<_>>()
    );
    assert_eq!(first.lines.len(), 135);
    let again = world.take(What::People, PEOPLE, false);
    assert_eq!((again.same(), again.new_lines(), again.changed()), (135, 0, 0));
    assert_eq!(world.number("SELECT COUNT(*) FROM organisations WHERE unit_id IS NULL"), 0);
}

#[test]
fn every_mistake_in_a_list_is_told_by_its_line() {
    let world = World::new();
    world.take(What::Offices, &OFFICES, false);
    world.take(What::People, PEOPLE, false);
    let looked = world.take(What::People, BROKEN, false);
    assert!(!looked.written);
    assert_eq!(world.number("SELECT COUNT(*) FROM persons WHERE employee_id LIKE '99030%'"), 0);
    for (line, words) in [
        (3, "Is it Kabjisa Central School?"),
        (5, "stands on line 4 already"),
        (6, "belongs to Karma Wangmo"),
        (7, "is not an e-mail address"),
        (9, "5 cells instead of 11"),
        (10, "The name is missing"),
        (11, "is not a telephone number"),
        (12, "There is no role called “boss”"),
        (13, "is not a language"),
        (14, "belongs to Karma Wangmo"),
        (15, "is no more. Write what took over from it: "),
        (16, "A role needs a user name"),
    ] {
        assert!(said(&looked, line).contains(words), "line {line}: {}", said(&looked, line));
    }
    assert!(said(&looked, 15).contains("GovTech Agency"));
    assert_eq!((looked.new_lines(), looked.wrong()), (4, 12));
    let taken = world.take(What::People, BROKEN, true);
    assert!(taken.written);
    assert_eq!(world.number("SELECT COUNT(*) FROM persons WHERE employee_id LIKE '99030%'"), 4);
}

#[test]
fn an_office_may_stand_below_another_of_the_same_list() {
    let world = World::new();
    let list = "Name,Type,Parent,Gewog\n\
        Room 3,Division,New Sector,\n\
        New Sector,Sector,Punakha Dzongkhag Administration,\n\
        Ring A,Division,Ring B,\n\
        Ring B,Division,Ring A,\n\
        New Sector,Sector,Punakha Dzongkhag Administration,\n\
        Nowhere,Sector,Punaka Dzongkhag Adminstration,\n\
        Odd,Castle,Punakha Dzongkhag Administration,\n\
        Post,Sector,Punakha Dzongkhag Administration,Atlantis\n\
        ,Sector,Punakha Dzongkhag Administration,\n\
        Kabjisa Central School,School,Barp Gewog Administration,\n";
    let looked = world.take(What::Offices, list.as_bytes(), false);
    assert_eq!((said(&looked, 2).as_str(), said(&looked, 3).as_str()), ("New", "New"));
    for (line, words) in [
        (4, "on line 5, cannot be taken over"),
        (6, "stands on line 3 already"),
        (7, "Is it Punakha Dzongkhag Administration?"),
        (8, "There is no kind called “Castle”"),
        (9, "No place is called “Atlantis”"),
        (10, "The name is missing"),
        (11, "is there already: Kabjisa Central School, Punakha Dzongkhag Administration"),
    ] {
        assert!(said(&looked, line).contains(words), "line {line}: {}", said(&looked, line));
    }
    assert!(world.take(What::Offices, list.as_bytes(), true).written);
    let depth = "SELECT COUNT(*) FROM organisation_ancestors a JOIN organisations o ON o.id = a.organisation_id WHERE o.name = 'Room 3'";
    assert_eq!(world.number(depth), 4);
}

#[test]
fn a_transfer_in_a_list_is_a_new_post() {
    let world = World::new();
    let list =
        "Name,Employee ID,Post,Office,Phone\nDechen Pem,20110004,Planner,Punakha Dzongkhag Administration,\n";
    let outcome = world.take(What::People, list.as_bytes(), false);
    assert_eq!(said(&outcome, 2), "Changed([\"office\", \"post\"])");
    // The empty cell left the number as it was.
    assert_eq!(
        world.number("SELECT COUNT(*) FROM persons WHERE name = 'Dechen Pem' AND phone = '17600004'"),
        1
    );
    assert_eq!(world.take(What::People, list.as_bytes(), false).same(), 1);
}

#[test]
fn a_long_list_asks_no_more_than_a_short_one_to_be_looked_at() {
    let world = World::new();
    let look = |lines: usize| {
        let mut list = "Name,Type,Parent\n".to_owned();
        (0..lines)
            .for_each(|line| list += &format!("School {line},School,Punakha Dzongkhag Administration\n"));
        let table = Table::read(list.as_bytes()).unwrap();
        let now = world.app.clock.now();
        let before = world.app.db.statements();
        let outcome = world.app.db.read_blocking(move |r| {
            let map = Map::guess(What::Offices, &table.head);
            let reach = Reach::everywhere();
            let import = Import {
                table: &table,
                map: &map,
                reach: &reach,
                actor: Actor::program(),
                leave_out_wrong: false,
                now,
            };
            look_at_offices(r, &import)
        });
        (outcome.unwrap().new_lines(), world.app.db.statements() - before)
    };
    let (few, asked) = look(2);
    let (many, asked_for_many) = look(5_000);
    assert_eq!((few, many, asked), (2, 5_000, asked_for_many));
}

async fn upload(browser: &mut Browser, what: &str, bytes: &[u8]) -> Page {
    browser.post_files("/import", &[("what", what)], &[("file", "list.csv", bytes)]).await
}

/// The hidden fields and the guessed columns of the page, as a browser would send them.
fn fields(page: &Page, step: &'static str) -> Vec<(String, String)> {
    let text = page.text();
    let file = text.split("name=\"file\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let what = text.split("name=\"what\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    vec![("what".to_owned(), what), ("file".to_owned(), file), ("step".to_owned(), step.to_owned())]
}

async fn send(browser: &mut Browser, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post("/import", &fields).await
}

#[tokio::test]
async fn a_list_is_uploaded_mapped_looked_at_and_taken_over() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let page = upload(&mut head, "offices", &OFFICES).await;
    page.must_have("69 lines were read");
    page.must_have("Cells are separated by commas");
    page.must_have("<option value=\"3\" selected>Parent Office");
    let looked = send(&mut head, &fields(&page, "check")).await;
    looked.must_have("Import 69 lines");
    looked.must_have("0 wrong");
    assert_eq!(world.number("SELECT COUNT(*) FROM organisations WHERE name = 'Finance Section'"), 0);
    send(&mut head, &fields(&page, "enter")).await.must_have("The list is taken over");
    assert_eq!(world.number("SELECT COUNT(*) FROM organisations WHERE name = 'Finance Section'"), 1);
    send(&mut head, &fields(&page, "check")).await.must_have("There is nothing to take over");
    // Columns that were chosen otherwise.
    let mut other = fields(&page, "check");
    other.push(("map-name".to_owned(), "0".to_owned()));
    let page = send(&mut head, &other).await;
    page.must_be(422);
    page.must_have("Choose the column for: Kind");
}

#[tokio::test]
async fn a_head_imports_into_the_own_cluster_and_gives_no_higher_role() {
    let world = World::new();
    let mut head = world.browser(Who::Head);
    let list = "Name,Office,Role,Username\nA B,Thimphu Dzongkhag Administration,,\nC D,Kabjisa Central School,operator,c.d\nE F,Kabjisa Central School,requester,e.f\n";
    let page = upload(&mut head, "people", list.as_bytes()).await;
    let looked = send(&mut head, &fields(&page, "check")).await;
    looked.must_have("This lies outside your cluster");
    looked.must_have("You may not give the role");
    looked.must_have("leave the 2 wrong ones out");
    // Without leaving them out nothing is taken over.
    send(&mut head, &fields(&page, "enter")).await.must_have("2 wrong");
    assert_eq!(world.number("SELECT COUNT(*) FROM accounts WHERE username = 'e.f'"), 0);
    let mut leave = fields(&page, "enter");
    leave.push(("leave_out".to_owned(), "on".to_owned()));
    send(&mut head, &leave).await.must_have("The list is taken over");
    assert_eq!(world.number("SELECT COUNT(*) FROM accounts WHERE username IN ('e.f', 'c.d')"), 1);
}

#[tokio::test]
async fn who_may_not_import_is_kept_out_and_what_is_no_list_is_told() {
    let world = World::new();
    for who in [Who::Karma, Who::Tshering, Who::Centre, Who::Auditor] {
        world.browser(who).get("/import").await.must_be(403);
        upload(&mut world.browser(who), "offices", &OFFICES).await.must_be(403);
    }
    assert!(world.public().get("/import").await.path.starts_with("/sign-in"));
    let mut operator = world.browser(Who::Operator);
    operator.get("/import?what=people").await.must_have("Import people");
    upload(&mut operator, "offices", b"PK\x03\x04 workbook")
        .await
        .must_have("Save it from the spreadsheet as CSV");
    upload(&mut operator, "offices", b"Name,Type\n").await.must_have("nothing below it");
    operator.post("/import", &[("what", "offices")]).await.must_have("Choose the file");
    operator
        .post("/import", &[("what", "offices"), ("file", "../../etc/passwd")])
        .await
        .must_have("Choose the file");
    operator.post("/import", &[("what", "cats")]).await.must_be(422);
    let page = upload(
        &mut operator,
        "offices",
        b"Name;Type;Parent\nCaf\xe9;School;Punakha Dzongkhag Administration\n",
    )
    .await;
    page.must_have("Café");
    page.must_have("Windows-1252");
    page.must_have("separated by semicolons");
}

#[test]
fn the_command_says_what_it_does() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let (file, map) = (folder.path().join("o.csv"), folder.path().join("map.toml"));
    std::fs::write(&file, "Titel,Art,Unter\nX School,School,Punakha Dzongkhag Administration\n,School,\n")
        .unwrap();
    std::fs::write(&map, "[columns]\nname = \"Titel\"\nkind = \"Art\"\nparent = \"Unter\"\n").unwrap();
    let run = |map: Option<&std::path::Path>, dry_run: bool, leave_out_wrong: bool| {
        let arguments =
            command::ImportList { map: map.map(Into::into), dry_run, leave_out_wrong, file: file.clone() };
        let mut output = Vec::new();
        let done = command::run(&world.app, What::Offices, &arguments, &mut output);
        (done.map_err(|error| error.to_string()), String::from_utf8(output).unwrap())
    };
    assert!(run(None, false, false).0.unwrap_err().contains("no column for: name, kind, parent"));
    let (done, said) = run(Some(&map), true, false);
    assert_eq!((done, said.lines().last()), (Ok(()), Some("1 new, 0 changed, 0 the same, 1 wrong")));
    assert!(said.contains("line 3: : WRONG: The name is missing"));
    assert!(run(Some(&map), false, false).0.unwrap_err().contains("nothing was taken over"));
    assert_eq!(run(Some(&map), false, true).0, Ok(()));
    assert_eq!(world.number("SELECT COUNT(*) FROM organisations WHERE name = 'X School'"), 1);
}

#[test]
fn names_that_differ_by_a_letter_are_near() {
    assert_eq!(distance("kabjesha centrel school", "kabjisa central school"), 3);
    assert_eq!(distance("", "abc"), 3);
}
