use crate::lines::{self, Line};
use crate::quotes::{self, Announced};
use crate::text::Body;

/// What is new in a message.
pub(crate) struct Cut {
    pub(crate) reply: String,
    pub(crate) because: String,
}

/// Parts what was written now from what was said before.
pub(crate) fn of(body: &Body) -> Cut {
    if body.plain.is_empty() {
        return cut(&body.marked, "the HTML part");
    }
    let plain = cut(&body.plain, "the plain part");
    // Some programs mark history in the HTML alone.
    let whole = plain.reply.len() >= body.text.len();
    if whole && body.marked.iter().any(|line| line.history || line.depth > 0) {
        let marked = cut(&body.marked, "the HTML part");
        if !marked.reply.is_empty() && marked.reply.len() < plain.reply.len() {
            return marked;
        }
    }
    plain
}

fn cut(lines: &[Line], part: &str) -> Cut {
    let (kept, how) = without_history(lines);
    let reply = lines::join(&kept, true);
    if reply.is_empty() {
        let reply = lines::join(lines, true);
        let because = format!("reply: nothing is new, so all of {part}");
        return Cut { reply, because };
    }
    Cut { reply, because: format!("reply: from {part}, {how}") }
}

fn without_history(lines: &[Line]) -> (Vec<Line>, String) {
    let mut kept: Vec<Line> = Vec::new();
    let mut at = 0;
    let mut how = "which quotes nothing".to_owned();
    while at < lines.len() {
        match quotes::announced(lines, at).filter(|_| lines[at].depth == 0 || lines[at].history) {
            Some((Announced::Wrote, taken)) => {
                let rest = &lines[at + taken..];
                if rest.iter().any(|line| !line.is_blank() && line.depth > 0) {
                    // What is quoted shows itself; answers may stand below or between.
                    how = "without “… wrote:” and what is quoted".into();
                    at += taken;
                    continue;
                }
                return (kept, "up to “… wrote:”".into());
            }
            Some((announced, _)) => {
                drop_rule(&mut kept);
                return (kept, words(announced).into());
            }
            None => kept.push(lines[at].clone()),
        }
        at += 1;
    }
    if kept.iter().any(|line| line.depth > 0) {
        if how == "which quotes nothing" {
            how = "without what is quoted".into();
        }
        kept = without_quotes(kept);
    }
    (kept, how)
}

/// Answers between quotations keep them, for what they answer; quotations before and after all answers go.
fn without_quotes(lines: Vec<Line>) -> Vec<Line> {
    let own = |line: &Line| line.depth == 0 && !line.is_blank();
    let (Some(first), Some(last)) = (lines.iter().position(own), lines.iter().rposition(own)) else {
        return Vec::new();
    };
    let between = &lines[first..=last];
    let mut answers = 0;
    let mut quoted = true;
    for line in between.iter().filter(|line| !line.is_blank()) {
        if line.depth == 0 && quoted {
            answers += 1;
        }
        quoted = line.depth > 0;
    }
    let interleaved = answers > 2 || (answers == 2 && lines[..first].iter().any(|line| line.depth > 0));
    let stays = |line: &&Line| line.depth == 0 || interleaved;
    between.iter().filter(stays).cloned().collect()
}

/// The line that some programs draw above `From:`.
fn drop_rule(kept: &mut Vec<Line>) {
    while let Some(last) = kept.last() {
        let drawn = last.text.trim().chars().all(|letter| matches!(letter, '-' | '_' | '=' | '*'));
        if !drawn {
            return;
        }
        kept.pop();
    }
}

fn words(announced: Announced) -> &'static str {
    match announced {
        Announced::Wrote => "up to “… wrote:”",
        Announced::Banner => "up to “Original Message”",
        Announced::Headers => "up to the block “From, Sent, To, Subject”",
        Announced::Forward => "up to the forwarded message",
        Announced::Mark => "up to the mail program's own mark",
    }
}
