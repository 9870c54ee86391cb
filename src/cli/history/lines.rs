//! One row after the other, for programs.

use std::io::{self, Write};

use super::table::local;
use crate::history::row::Sample;
use crate::report::python::{number, quoted};

/// One object of v1.7's array, and what stands before it.
pub(super) fn json(out: &mut impl Write, first: bool, sample: &Sample<'_>) -> io::Result<()> {
    let begin = if first { "[" } else { "," };
    let labels = sample.labels.map_or_else(|| "null".to_owned(), quoted);
    write!(
        out,
        "{begin}\n  {{\n    \"timestamp\": {},\n    \"wan_name\": {},\n    \"metric_name\": {},\n    \
         \"value\": {},\n    \"labels\": {labels},\n    \"granularity\": \"{}\"\n  }}",
        sample.at,
        quoted(sample.wan),
        quoted(sample.metric),
        number(sample.value),
        sample.tier.word()
    )
}

/// The names of the columns.
pub(super) const CSV_HEAD: &str = "timestamp,time,wan_name,metric_name,value,labels,granularity\n";

/// A row as RFC 4180 has it, but for the end of the line.
pub(super) fn csv(out: &mut impl Write, sample: &Sample<'_>) -> io::Result<()> {
    writeln!(
        out,
        "{},{},{},{},{},{},{}",
        sample.at,
        local(sample.at),
        cell(sample.wan),
        cell(sample.metric),
        number(sample.value),
        cell(sample.labels.unwrap_or("")),
        sample.tier.word()
    )
}

fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        assert_eq!(cell("wan1"), "wan1");
        assert_eq!(cell(r#"{"a": 1}"#), r#""{""a"": 1}""#);
    }
}
