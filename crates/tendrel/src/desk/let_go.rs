//! A case that was kept follows the rules of retention again.

use crate::desk::access::Doing;
use crate::desk::act::{Act, Case, Done, Refused};
use crate::frame::form::FormData;

pub const LET_GO: Act = Act { name: "let-go", doing: Doing::LetGo, run };

fn run(case: &mut Case<'_>, _: &FormData) -> Result<Done, Refused> {
    if case.request.keeping.kept.is_none() {
        return Err(Refused::Rule("case-not-kept"));
    }
    let mut after = case.request.clone();
    after.keeping.kept = None;
    let happened = case.happened("let_go");
    case.save(after, happened)?;
    Ok(case.done("let-go"))
}
