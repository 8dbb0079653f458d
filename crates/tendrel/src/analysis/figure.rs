//! The figures that open: each is a condition on requests, written once, by which they are counted and listed.

/// A figure behind which records stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Figure {
    CameIn,
    Done,
    OpenAtEnd,
    EndedOtherwise,
    Within,
    Late,
    Unpromised,
    HandedOver,
    Reopened,
    Rated,
}

impl Figure {
    pub const ALL: [Figure; 10] = [
        Figure::CameIn,
        Figure::Done,
        Figure::OpenAtEnd,
        Figure::EndedOtherwise,
        Figure::Within,
        Figure::Late,
        Figure::Unpromised,
        Figure::HandedOver,
        Figure::Reopened,
        Figure::Rated,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Figure::CameIn => "came-in",
            Figure::Done => "done",
            Figure::OpenAtEnd => "open",
            Figure::EndedOtherwise => "ended",
            Figure::Within => "within",
            Figure::Late => "late",
            Figure::Unpromised => "unpromised",
            Figure::HandedOver => "handed-over",
            Figure::Reopened => "reopened",
            Figure::Rated => "rated",
        }
    }

    pub fn from_code(code: &str) -> Option<Figure> {
        Figure::ALL.into_iter().find(|figure| figure.code() == code)
    }

    /// The key of its name in the language files.
    pub fn key(self) -> String {
        format!("analysis-figure-{}", self.code())
    }

    /// The column whose instant puts a request into the period, and by which the list is ordered.
    pub(super) fn ordered_by(self) -> &'static str {
        match self {
            Figure::CameIn | Figure::HandedOver | Figure::Reopened | Figure::OpenAtEnd => "received_at",
            Figure::Done | Figure::Within | Figure::Late | Figure::Unpromised | Figure::Rated => {
                "resolved_at"
            }
            Figure::EndedOtherwise => "closed_at",
        }
    }

    /// The conditions, of which any holds and never two; `$1` is the beginning of the period, `$2` its end. Each has
    /// an index of its own, which is why what is open at the end is three questions and not one.
    pub(super) fn conditions(self) -> &'static [&'static str] {
        match self {
            Figure::CameIn => &["r.received_at >= $1 AND r.received_at < $2"],
            Figure::HandedOver => &["r.received_at >= $1 AND r.received_at < $2 AND r.reassigned > 0"],
            Figure::Reopened => &["r.received_at >= $1 AND r.received_at < $2 AND r.reopened > 0"],
            Figure::Done => {
                &["r.resolved_at >= $1 AND r.resolved_at < $2 AND r.state IN ('resolved', 'closed')"]
            }
            Figure::Within => {
                &["r.resolved_at >= $1 AND r.resolved_at < $2 AND r.state IN ('resolved', 'closed')
                AND r.resolution_target IS NOT NULL AND r.resolution_late = 0"]
            }
            Figure::Late => {
                &["r.resolved_at >= $1 AND r.resolved_at < $2 AND r.state IN ('resolved', 'closed')
                AND r.resolution_target IS NOT NULL AND r.resolution_late = 1"]
            }
            Figure::Unpromised => {
                &["r.resolved_at >= $1 AND r.resolved_at < $2 AND r.state IN ('resolved', 'closed')
                AND r.resolution_target IS NULL"]
            }
            Figure::Rated => {
                &["r.resolved_at >= $1 AND r.resolved_at < $2 AND r.state IN ('resolved', 'closed')
                AND r.rating IS NOT NULL"]
            }
            // The plus keeps the planner from reading all that ever came in, by the index on when it did.
            Figure::OpenAtEnd => &[
                "r.is_open = 1 AND +r.received_at < $2 AND CAST($1 AS BIGINT) < $2",
                "r.resolved_at >= $2 AND +r.received_at < $2 AND r.state NOT IN ('new', 'in_progress', 'on_hold')
                    AND CAST($1 AS BIGINT) < $2",
                "r.resolved_at IS NULL AND r.closed_at >= $2 AND +r.received_at < $2 AND CAST($1 AS BIGINT) < $2",
            ],
            Figure::EndedOtherwise => {
                &["r.resolved_at IS NULL AND r.closed_at >= $1 AND r.closed_at < $2"]
            }
        }
    }
}
