//! What is answered: v1.7's document, two blanks per level.

use core::ops::ControlFlow;
use std::io::Write as _;
use std::path::Path;

use super::question::Question;
use crate::history::database::Database;
use crate::history::python::{number, quoted};
use crate::history::query::{Count, Query};
use crate::history::row::Sample;
use crate::history::trouble::Trouble;
use crate::report::utc::UtcSecs;
use crate::shell::clock::Clock;
use crate::shell::http_server::Reply;
use crate::time::Instant;

/// Bytes of rows that one answer holds at most; 10,000 of ours are 2.5 MB.
const LONGEST: usize = 4 << 20;

/// v1.7's way to say that a question makes no sense.
pub(super) fn error(status: u16, sentence: &str) -> Reply {
    Reply::json(status, |out| {
        // A Vec takes everything.
        let _ = write!(out, "{{\"error\": {}}}", quoted(sentence));
    })
}

/// Looks it up, until it is `late`.
pub(super) fn answer(
    clock: Clock,
    late: Instant,
    path: Option<&Path>,
    question: &Question,
) -> Reply {
    let found = match path {
        // Where there is no database, there is nothing in it.
        Some(path) if path.exists() => look_up(clock, late, path, question),
        _ => Ok(Found::default()),
    };
    match found {
        Ok(found) if found.is_too_long => error(
            500,
            "the rows are too long for one answer; ask for fewer with limit",
        ),
        Ok(found) => Reply::json(200, |out| found.write(question, out)),
        Err(_) if clock.now() >= late => error(
            503,
            "the history takes too long to read; ask for a shorter range, one WAN or one metric",
        ),
        Err(trouble) => error(500, &trouble.to_string()),
    }
}

#[derive(Debug, Default)]
struct Found {
    rows: Vec<u8>,
    count: u64,
    total: Count,
    is_too_long: bool,
}

fn look_up(
    clock: Clock,
    late: Instant,
    path: &Path,
    question: &Question,
) -> Result<Found, Trouble> {
    let database = Database::read(path)?.until(move || clock.now() >= late)?;
    // The count is of the same rows.
    let database = database.frozen()?;
    let mut found = Found::default();
    question.query.run(&database, &mut |sample| {
        found.add(sample);
        if found.is_too_long {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    let known = known(question.query.offset, found.count);
    found.total = if found.count > 0 && found.count < question.limit {
        // That was the last page.
        Count::Exact(known)
    } else {
        match question.query.count(&database) {
            Ok(count) => Count::Exact(count),
            // The rows are there; that there are more is known, how many is not.
            Err(_) if clock.now() >= late => Count::AtLeast(known),
            Err(trouble) => return Err(trouble),
        }
    };
    Ok(found)
}

/// Rows that there are at least; a page beyond the last one does not tell.
const fn known(offset: u64, count: u64) -> u64 {
    if count == 0 { 0 } else { offset + count }
}

impl Found {
    fn add(&mut self, sample: &Sample<'_>) {
        let begin = if self.count == 0 { "" } else { "," };
        let labels = sample.labels.map_or_else(|| "null".to_owned(), quoted);
        // A Vec takes everything.
        let _ = write!(
            self.rows,
            "{begin}\n    {{\n      \"timestamp\": \"{}\",\n      \"wan_name\": {},\n      \
             \"metric_name\": {},\n      \"value\": {},\n      \"labels\": {labels},\n      \
             \"granularity\": \"{}\"\n    }}",
            UtcSecs(sample.at),
            quoted(sample.wan),
            quoted(sample.metric),
            number(sample.value),
            sample.tier.word()
        );
        self.count += 1;
        self.is_too_long = self.rows.len() > LONGEST;
    }

    fn write(&self, question: &Question, out: &mut Vec<u8>) {
        let Query {
            from,
            to,
            metrics,
            wan,
            offset,
            ..
        } = &question.query;
        out.extend_from_slice(b"{\n  \"data\": [");
        out.extend_from_slice(&self.rows);
        out.extend_from_slice(if self.count == 0 { b"]" } else { b"\n  ]" });
        let (total, hint) = match self.total {
            Count::Exact(total) => (total, ""),
            Count::AtLeast(total) => (total, "\n    \"total_count_is_lower_bound\": true,"),
        };
        let wan = wan.as_deref().map_or_else(|| "null".to_owned(), quoted);
        // A Vec takes everything.
        let _ = write!(
            out,
            ",\n  \"metadata\": {{\n    \"total_count\": {total},{hint}\n    \"returned_count\": {},\n    \
             \"granularity\": \"{}\",\n    \"limit\": {},\n    \"offset\": {offset},\n    \"query\": {{\n      \
             \"start\": \"{}\",\n      \"end\": \"{}\",\n      \"metrics\": {},\n      \"wan\": {wan}\n    }}\n  \
             }}\n}}",
            self.count,
            question.query.tier().word(),
            question.limit,
            UtcSecs(*from),
            UtcSecs(*to),
            list(metrics),
        );
    }
}

fn list(metrics: &[String]) -> String {
    if metrics.is_empty() {
        return "null".to_owned();
    }
    let names: Vec<_> = metrics
        .iter()
        .map(|name| format!("\n        {}", quoted(name)))
        .collect();
    format!("[{}\n      ]", names.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_handed_out_are_there_and_those_left_out_before_them() {
        assert_eq!(known(20, 10), 30);
        assert_eq!(known(u64::MAX, 0), 0);
    }
}
