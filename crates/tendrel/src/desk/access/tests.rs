use super::*;
use crate::desk::testing::{given, reported};
use crate::testing::{Who, World};

fn row(head: &str, cell: impl Fn(Relation) -> &'static str) -> String {
    let cells: String = Relation::ALL.map(|relation| format!(" {:14}", cell(relation))).concat();
    format!("{}\n", format!("{head:16}{cells}").trim_end())
}

fn table() -> String {
    let word = |yes: bool| if yes { "yes" } else { "-" };
    let mut table = row("", Relation::code);
    for doing in Doing::ALL {
        table.push_str(&row(doing.code(), |relation| word(may(relation, doing))));
    }
    table.push_str(&row("", Relation::code));
    for (head, named) in [("named", true), ("not_named", false)] {
        table.push_str(&row(head, |relation| word(stays(relation, named))));
    }
    table
}

#[test]
fn the_table_says_what_the_code_does() {
    let written = include_str!("../access.txt");
    let rows: String = written
        .lines()
        .filter(|line| !line.starts_with('#'))
        .fold(String::new(), |rows, line| rows + line + "\n");
    assert_eq!(rows, table(), "access.txt should be:\n{}", table());
}

#[tokio::test]
async fn strangers_do_not_even_learn_that_it_exists() {
    let world = World::new();
    let number = given(&world, reported(&world)).await.number;
    let path = format!("/requests/{number}");
    for who in [Who::Karma, Who::Head, Who::Auditor, Who::Tshering, Who::Principal] {
        world.browser(who).get(&path).await.must_have("No Internet in the whole school");
    }
    for who in [Who::Stranger, Who::Dechen, Who::Operator] {
        world.browser(who).get(&path).await.must_be(404);
    }
    assert_eq!(world.public().get(&path).await.path.split('?').next(), Some("/sign-in"));
}
