//! `/queue tree`: what the two queues hold, and how it is set.

use core::fmt::Write as _;

use super::Command;
use super::record::{self, Record, name};
use crate::direction::{Both, Direction};
use crate::units::Rate;
use crate::wire::routeros::{Queue, Unreadable, rate};

/// Asks what two queues hold. One line per queue, empty where there is none of the name.
///
/// # Panics
/// If a name is longer than [`MAX_NAME`](crate::wire::routeros::MAX_NAME); the config check refuses that.
pub fn look_up(names: Both<&str>) -> Command {
    let mut line = Command::new();
    read(&mut line, names.down)
        .and_then(|()| line.write_str("; "))
        .and_then(|()| read(&mut line, names.up))
        .expect("two names of MAX_NAME bytes fit");
    line
}

/// Sets a limit, and the queue type where it differs, and reads the queue back in the same line: a
/// `set [find …]` that finds nothing says nothing and reports success (W-34). An error ends the line.
///
/// # Panics
/// If a name is longer than [`MAX_NAME`](crate::wire::routeros::MAX_NAME); the config check refuses that.
pub fn set(name: &str, rate: Rate, queue_type: Option<&str>) -> Command {
    let mut line = Command::new();
    write_set(&mut line, name, rate, queue_type)
        .and_then(|()| read(&mut line, name))
        .expect("three names of MAX_NAME bytes and a u64 fit");
    line
}

fn write_set(
    line: &mut Command,
    name: &str,
    rate: Rate,
    queue_type: Option<&str>,
) -> core::fmt::Result {
    write!(line, "/queue tree set [find name=\"{name}\"]")?;
    if let Some(queue_type) = queue_type {
        write!(line, " queue={queue_type}")?;
    }
    write!(line, " max-limit={}; ", rate.as_bps())
}

fn read(line: &mut Command, name: &str) -> core::fmt::Result {
    write!(
        line,
        ":put [/queue tree print detail as-value where name=\"{name}\"]"
    )
}

/// What the console printed, taken apart.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Printed {
    /// The queues of the names that were asked for.
    pub queues: Both<Option<Queue>>,
    /// There was more than queues: an error, most likely.
    pub more: bool,
}

/// Reads what [`look_up`] or [`set`] printed: records of `as-value`, or the listing made for people.
///
/// # Errors
/// [`Unreadable`] if a queue of ours is there and makes no sense, or is there twice.
pub fn find_queues(text: &str, names: Both<&str>) -> Result<Printed, Unreadable> {
    let mut queues: Both<Option<Queue>> = Both::default();
    let more = record::each(text, |record| {
        let Some(name) = record.value("name")? else {
            return Err(Unreadable);
        };
        for direction in Direction::BOTH {
            if name == names[direction] {
                let queue = record.queue()?;
                if queues[direction].replace(queue).is_some() {
                    return Err(Unreadable);
                }
            }
        }
        Ok(())
    })?;
    Ok(Printed { queues, more })
}

/// Whether the console says that a queue type does not exist (W-14).
pub fn refuses_queue_type(text: &str) -> bool {
    text.contains("value of queue")
}

impl Record<'_> {
    fn queue(&self) -> Result<Queue, Unreadable> {
        let limit = self.value("max-limit")?.and_then(rate).ok_or(Unreadable)?;
        Ok(Queue {
            id: name(self.value(".id")?)?,
            max_limit: limit,
            queue_type: name(self.value("queue")?)?,
            inactive: self.is("disabled", 'X')? || self.is("invalid", 'I')?,
            bytes: self.value("bytes")?.and_then(|bytes| bytes.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Both<&str> = Both {
        down: "WAN-Download-1",
        up: "WAN-Upload-1",
    };

    #[test]
    fn commands_are_spelled_as_v1_7_spelled_them_and_read_back() {
        assert_eq!(
            set("WAN-Download-1", Rate::mbit(400), Some("cake-down-wan1")).as_str(),
            "/queue tree set [find name=\"WAN-Download-1\"] queue=cake-down-wan1 max-limit=400000000; \
             :put [/queue tree print detail as-value where name=\"WAN-Download-1\"]"
        );
        assert_eq!(
            look_up(NAMES).as_str(),
            ":put [/queue tree print detail as-value where name=\"WAN-Download-1\"]; \
             :put [/queue tree print detail as-value where name=\"WAN-Upload-1\"]"
        );
    }

    #[test]
    fn the_longest_names_fit() {
        let name = "x".repeat(crate::wire::routeros::MAX_NAME);
        look_up(Both {
            down: &name,
            up: &name,
        });
        set(&name, Rate::bps(u64::MAX), Some(&name));
    }

    #[test]
    fn records_are_read_one_per_line_or_several_with_padding_and_carriage_returns() {
        for text in [
            ".id=*1;disabled=false;max-limit=500000000;name=WAN-Download-1;queue=cake-down-wan1\r\n\
             .id=*2;disabled=true;max-limit=50M;name=WAN-Upload-1;queue=default   \r\n",
            ".id=*1;max-limit=500M;name=WAN-Download-1;queue=cake-down-wan1;\
             .id=*2;disabled=yes;max-limit=50000000;name=WAN-Upload-1;queue=default\n",
        ] {
            let printed = find_queues(text, NAMES).unwrap();
            assert!(!printed.more);
            let down = printed.queues.down.unwrap();
            assert_eq!((&*down.id, down.max_limit), ("*1", Rate::mbit(500)));
            assert_eq!(
                (&*down.queue_type, down.inactive),
                ("cake-down-wan1", false)
            );
            let up = printed.queues.up.unwrap();
            assert_eq!((up.max_limit, up.inactive), (Rate::mbit(50), true));
        }
    }

    /// The shape of an RB5009's listing, from v1.7's own fixtures.
    #[test]
    fn a_listing_for_people_is_read_and_queued_bytes_are_no_bytes() {
        let text = "Flags: X - disabled, I - invalid \r\n \
             0   name=\"WAN-Download-1\" parent=bridge1 packet-mark=wan1-download\r\n   \
               queue=cake-diffserv4 limit-at=0 max-limit=800M bucket-size=0.050\r\n   \
               rate=0 packet-rate=0 queued-bytes=7 queued-packets=0\r\n   \
               bytes=272603902153 packets=184614358 dropped=0\r\n \
             1 XI ;;; the uplink, X rated\r\n   \
               name=\"WAN-Upload-1\" parent=ether1\r\n   \
               queue=default max-limit=50M queued-bytes=9\r\n\r\n";
        let printed = find_queues(text, NAMES).unwrap();
        assert!(!printed.more);
        let down = printed.queues.down.unwrap();
        assert_eq!(
            (down.bytes, down.max_limit),
            (Some(272_603_902_153), Rate::mbit(800))
        );
        assert_eq!(
            (&*down.queue_type, down.inactive),
            ("cake-diffserv4", false)
        );
        let up = printed.queues.up.unwrap();
        assert_eq!(
            (up.bytes, up.max_limit, up.inactive),
            (None, Rate::mbit(50), true)
        );
    }

    #[test]
    fn whatever_else_is_printed_is_noticed() {
        for (text, more) in [
            ("", false),
            ("\r\n", false),
            ("expected end of command (line 1 column 37)\r\n", true),
            ("no such item\n.id=*1;max-limit=1;name=other\n", true),
        ] {
            let printed = find_queues(text, NAMES).unwrap();
            assert_eq!(printed.queues, Both::default(), "{text:?}");
            assert_eq!(printed.more, more, "{text:?}");
        }
    }

    #[test]
    fn a_record_that_cannot_be_trusted_is_unreadable() {
        for text in [
            ".id=*1;name=WAN-Download-1;max-limit=fast",
            ".id=*1;name=WAN-Download-1",
            ".id=*1;max-limit=1",
            ".id=*1;comment=a;max-limit=9;name=WAN-Download-1;max-limit=1",
            ".id=*1;name=WAN-Download-1;max-limit=1;.id=*2;name=WAN-Download-1;max-limit=2",
        ] {
            assert_eq!(find_queues(text, NAMES), Err(Unreadable), "{text}");
        }
    }
}
