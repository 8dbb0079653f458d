//! What came and waits is added to a case that is there: which case a number names, and why not.

use database::Reader;

use crate::desk::access::{At, Doing, Standing, find_to};
use crate::desk::act::Refused;
use crate::desk::request::Request;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// The case of a number, for somebody of its unit.
pub(super) fn case_of_unit(
    r: &mut Reader,
    viewer: &Viewer,
    number: &str,
    doing: Doing,
) -> Result<(Request, Standing), Refused> {
    let (request, standing) = find_to(r, viewer, &At::Number(number.to_owned()), doing)?;
    if standing.is_unit() { Ok((request, standing)) } else { Err(Problem::Forbidden.into()) }
}

/// The sentence beside the number that was typed: a case of somebody else is no case.
pub(super) fn why_not(refused: Refused, unknown: &'static str) -> Result<&'static str, Problem> {
    match refused {
        Refused::Problem(Problem::NotFound | Problem::Forbidden | Problem::SayWhy(_)) => Ok(unknown),
        Refused::Rule(key) => Ok(key),
        Refused::Problem(problem) => Err(problem),
        Refused::Fields(_) | Refused::Stale(_) => Err(Problem::Changed),
    }
}
