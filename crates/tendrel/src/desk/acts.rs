//! All acts on a request, in the order of the case page.

use axum::Router;
use axum::routing::get;

use crate::app::App;
use crate::desk::act::{self, Act};
use crate::desk::{
    assign, attach, cancel, close, complete, hand_over, hold, keep, let_go, look, note, rate, reclassify,
    reopen, reply, resolve, resume, take,
};

pub static ACTS: [Act; 18] = [
    look::LOOK,
    reply::REPLY,
    note::NOTE,
    attach::ATTACH,
    take::TAKE,
    assign::ASSIGN,
    hold::HOLD,
    resume::RESUME,
    complete::COMPLETE,
    resolve::RESOLVE,
    reopen::REOPEN,
    close::CLOSE,
    cancel::CANCEL,
    rate::RATE,
    reclassify::RECLASSIFY,
    hand_over::HAND_OVER,
    keep::KEEP,
    let_go::LET_GO,
];

pub fn routes() -> Router<App> {
    ACTS.iter()
        .fold(Router::new(), |router, act| router.merge(act::routes(act)))
        .route("/requests/{number}/files/{id}", get(attach::download))
        .route("/r/{secret}/files/{id}", get(attach::download_by_link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::access::Doing;
    use crate::desk::testing::{given, reported};
    use crate::testing::{Who, World};

    #[test]
    fn everything_that_may_be_done_has_its_act() {
        for doing in Doing::ALL {
            let acts = ACTS.iter().filter(|act| act.doing == doing).count();
            let looking = matches!(doing, Doing::See | Doing::SeeInside);
            assert_eq!(acts, usize::from(!looking), "{}", doing.code());
        }
    }

    /// `questions.txt` says how many questions each page asks its database, whatever there is to show. A page that
    /// asks one more does so knowingly.
    #[tokio::test]
    async fn each_page_asks_as_many_questions_as_the_file_says() {
        let world = World::new();
        let accepted = given(&world, reported(&world)).await;
        for _ in 0..12 {
            given(&world, reported(&world)).await;
        }
        let number = &accepted.number;
        let pages = [
            (Who::Karma, "/requests".to_owned(), "/requests"),
            (Who::Centre, "/requests".to_owned(), "/requests of all units"),
            (Who::Karma, format!("/requests/{number}"), "/requests/{number}"),
            (Who::Karma, "/today".to_owned(), "/today"),
            (Who::Karma, "/search?q=internet".to_owned(), "/search"),
            (Who::Karma, "/notices".to_owned(), "/notices"),
            (Who::Tshering, "/my/requests".to_owned(), "/my/requests"),
            (Who::Tshering, format!("/my/requests/{number}"), "/my/requests/{number}"),
            (Who::Principal, "/my/office".to_owned(), "/my/office"),
            (Who::Karma, format!("/r/{}", accepted.secret), "/r/{secret}"),
        ];
        let mut table = String::new();
        for (who, path, name) in pages {
            let mut browser = world.browser(who);
            let before = world.app.db.statements();
            browser.get(&path).await.must_be(200);
            table.push_str(&format!("{:3} {name}\n", world.app.db.statements() - before));
        }
        let written = include_str!("questions.txt");
        let rows: String =
            written.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        assert_eq!(rows, table, "questions.txt should be:\n{table}");
    }
}
