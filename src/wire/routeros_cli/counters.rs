//! `/queue tree print stats`: the counters of one queue.

use core::fmt::Write as _;

use super::Command;
use super::record;
use crate::wire::routeros::{Counters, Unreadable};

/// Asks for the counters of a queue.
///
/// # Panics
/// If the name is longer than [`MAX_NAME`](crate::wire::routeros::MAX_NAME); the config check refuses
/// that.
pub fn counters(name: &str) -> Command {
    let mut line = Command::new();
    write!(
        line,
        ":put [/queue tree print stats as-value where name=\"{name}\"]"
    )
    .expect("a name of MAX_NAME bytes fits");
    line
}

/// Reads what [`counters`] printed, as values or for people: the counters, if there is such a queue, and
/// whether there was more than queues, which is an error, most likely.
///
/// # Errors
/// [`Unreadable`] if the queue lacks a counter, or is there twice.
pub fn find_counters(text: &str, name: &str) -> Result<(Option<Counters>, bool), Unreadable> {
    let mut found = None;
    let more = record::each(text, |record| {
        if record.value("name")? != Some(name) {
            return Ok(());
        }
        let counters = Counters {
            bytes: record.number("bytes")?,
            packets: record.number("packets")?,
            dropped: record.number("dropped")?,
            queued_bytes: record.number("queued-bytes")?,
            queued_packets: record.number("queued-packets")?,
        };
        match found.replace(counters) {
            None => Ok(()),
            Some(_) => Err(Unreadable),
        }
    })?;
    Ok((found, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTERS: Counters = Counters {
        bytes: 272_603_902_153,
        packets: 184_614_358,
        dropped: 3,
        queued_bytes: 7,
        queued_packets: 1,
    };
    const VALUES: &str = ".id=*1000000;bytes=272603902153;dropped=3;name=D;packet-mark=;packet-rate=0;\
                          packets=184614358;parent=bridge;queued-bytes=7;queued-packets=1;rate=0bps\r\n";

    #[test]
    fn counters_are_read_as_values_and_as_people_see_them() {
        let wrapped = "Flags: X - disabled, I - invalid \r\n \
             0 X name=\"D\" parent=bridge1 packet-mark=wan1-download rate=0\r\n     \
               packet-rate=0 queued-bytes=7 queued-packets=1\r\n     \
               bytes=272603902153 packets=184614358 dropped=3\r\n";
        let line = "Flags: X - DISABLED, I - INVALID\n \
             0   name=\"D\" parent=global rate=0 packet-rate=0 queued-bytes=7 \
             queued-packets=1 bytes=272603902153 packets=184614358 dropped=3 \n";
        for text in [VALUES, wrapped, line] {
            assert_eq!(
                find_counters(text, "D"),
                Ok((Some(COUNTERS), false)),
                "{text}"
            );
            assert_eq!(find_counters(text, "U"), Ok((None, false)), "{text}");
        }
    }

    #[test]
    fn what_is_no_queue_of_ours_is_noticed_or_refused() {
        assert_eq!(find_counters("\r\n", "D"), Ok((None, false)));
        assert_eq!(find_counters("no such item\r\n", "D"), Ok((None, true)));
        let twice = format!("{VALUES}{VALUES}");
        let without = VALUES.replace(";bytes=", ";other=");
        let negative = VALUES.replace("dropped=3", "dropped=-3");
        for text in [&*twice, &*without, &*negative] {
            assert_eq!(find_counters(text, "D"), Err(Unreadable), "{text}");
        }
    }
}
