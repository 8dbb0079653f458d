//! All acts on a request, in the order of the case page.

use axum::Router;
use axum::routing::get;

use crate::app::App;
use crate::desk::act::{self, Act};
use crate::desk::{
    assign, attach, cancel, close, complete, hand_over, hold, note, rate, reclassify, reopen, reply, resolve,
    resume, take,
};

pub static ACTS: [Act; 15] = [
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

    #[test]
    fn everything_that_may_be_done_has_its_act() {
        for doing in Doing::ALL {
            let acts = ACTS.iter().filter(|act| act.doing == doing).count();
            let looking = matches!(doing, Doing::See | Doing::SeeInside);
            assert_eq!(acts, usize::from(!looking), "{}", doing.code());
        }
    }
}
