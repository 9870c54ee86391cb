//! What is told before anything is done.

use std::fmt::Write as _;

use super::adaptive;
use super::differences::{self, Setup};
use super::plan::{Group, Plan};
use super::survey::Survey;
use crate::config::{ControlLaw, WanConfig};
use crate::manual::wrap::hang;

/// As wide as people like to read.
const WIDTH: usize = 100;
/// Paths longer than this get a line of their own.
const PATH: usize = 44;

/// What cannot be done, whatever the set-up.
const IMPOSSIBLE: [&str; 3] = [
    "v1.7's Python modules and its scripts that parse logs for timings are not replaced: /health, metrics and \
     wanctl-history say more than they did.",
    "v1.7 in a container is not seen from here: stop it before, or both will write to the router.",
    "A file that is changed for the adaptive law may not be enough for v1.7: --back then puts back the copy of \
     today.",
];

/// The whole page.
pub(super) fn page(survey: &Survey, setup: &Setup<'_>) -> String {
    let plan = &survey.plan;
    let mut page = String::new();
    table(&mut page, plan);
    list(&mut page, "What you will notice", &differences::told(setup));
    let kept: Vec<String> = differences::kept().into_iter().map(capital).collect();
    let classic = |wan: &&&WanConfig| wan.control_law == ControlLaw::Classic;
    if setup.wans.iter().any(|wan| classic(&wan)) {
        let title =
            "What stays as it was, for better or worse, as long as the law is v1.7's (classic)";
        list(&mut page, title, &kept);
        law(&mut page, setup);
    }
    let impossible = IMPOSSIBLE.map(ToOwned::to_owned);
    list(&mut page, "What is not possible", &impossible);
    list(&mut page, "What is odd about the files", &plan.warnings);
    list(&mut page, "In the way", &plan.obstacles);
    page
}

fn table(page: &mut String, plan: &Plan) {
    page.push_str("What is here, and what becomes of it\n");
    for group in Group::ALL {
        let mut rows = plan.rows.iter().filter(|row| row.group == group).peekable();
        if rows.peek().is_none() {
            continue;
        }
        let _ = writeln!(page, "\n  {}", group.title());
        for row in rows {
            if row.path.chars().count() > PATH {
                let _ = writeln!(page, "    {}", row.path);
                hang(page, &" ".repeat(4 + PATH + 2), &row.fate, WIDTH);
            } else {
                let first = format!("    {:<PATH$}  ", row.path);
                hang(page, &first, &row.fate, WIDTH);
            }
        }
    }
}

fn list(page: &mut String, title: &str, sentences: &[String]) {
    if sentences.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n{title}\n");
    for sentence in sentences {
        hang(page, "  - ", sentence, WIDTH);
    }
}

fn law(page: &mut String, setup: &Setup<'_>) {
    let _ = writeln!(page, "\nTo change to the adaptive law, whenever you like\n");
    for wan in setup.wans {
        if let Some(lines) = adaptive::lines(wan) {
            let _ = writeln!(
                page,
                "  in {}, below continuous_monitoring:\n",
                wan.file.display()
            );
            for line in lines.lines() {
                let _ = writeln!(page, "    {line}");
            }
            page.push('\n');
        }
    }
    hang(
        page,
        "  ",
        "The lowest floor, the ceiling and target_bloat_ms are taken over; the rest of v1.7's numbers has no \
         effect then. It needs the queues' counters and writes to the router more often: `wanctl check` says \
         whether yours is up to it, `wanctl simulate` what to expect.",
        WIDTH,
    );
}

/// A sentence with a capital at its beginning.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
