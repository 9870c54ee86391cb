//! `/queue tree`: what the two queues hold, and how it is set.

use core::fmt::Write as _;

use super::Command;
use super::record::{self, Record, name};
use crate::direction::{Both, Direction};
use crate::units::Rate;
use crate::wire::routeros::{Queue, Unreadable, rate};

/// How much is read of a queue. `print detail` has no counters and `print stats` nothing but counters,
/// so that they cost a second read each (routeros.md 3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Its settings.
    Settings,
    /// Its counters as well.
    Counters,
}

/// Asks what two queues hold. One line per queue and read, empty where there is none of the name.
///
/// Counters come last: where they are refused, the settings have been printed.
///
/// # Panics
/// If a name is longer than [`MAX_NAME`](crate::wire::routeros::MAX_NAME); the config check refuses that.
pub fn look_up(names: Both<&str>, scope: Scope) -> Command {
    let mut line = Command::new();
    write_look_up(&mut line, names, scope).expect("four names of MAX_NAME bytes fit");
    line
}

fn write_look_up(line: &mut Command, names: Both<&str>, scope: Scope) -> core::fmt::Result {
    read(line, names.down)?;
    line.write_str("; ")?;
    read(line, names.up)?;
    if scope == Scope::Counters {
        count(line, names.down)?;
        count(line, names.up)?;
    }
    Ok(())
}

/// Sets a limit, and the queue type where it differs, and reads the queue back in the same line: a
/// `set [find …]` that finds nothing says nothing and reports success (W-34). An error ends the line.
///
/// # Panics
/// If a name is longer than [`MAX_NAME`](crate::wire::routeros::MAX_NAME); the config check refuses that.
pub fn set(name: &str, rate: Rate, queue_type: Option<&str>, scope: Scope) -> Command {
    let mut line = Command::new();
    write_set(&mut line, name, rate, queue_type)
        .and_then(|()| read(&mut line, name))
        .and_then(|()| match scope {
            Scope::Settings => Ok(()),
            Scope::Counters => count(&mut line, name),
        })
        .expect("four names of MAX_NAME bytes and a u64 fit");
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

fn count(line: &mut Command, name: &str) -> core::fmt::Result {
    write!(
        line,
        "; :put [/queue tree print stats as-value where name=\"{name}\"]"
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
/// [`Unreadable`] if a queue of ours is there and makes no sense, or is there twice. Counters that make
/// no sense are counters that were not said.
pub fn find_queues(text: &str, names: Both<&str>) -> Result<Printed, Unreadable> {
    let mut queues: Both<Option<Queue>> = Both::default();
    let mut counted: Both<Option<Option<u64>>> = Both::default();
    let more = record::each(text, |record| {
        let Some(name) = record.value("name")? else {
            return Err(Unreadable);
        };
        for direction in Direction::BOTH {
            if name == names[direction] && record.is_counters() {
                counted[direction] = Some(record.bytes());
            } else if name == names[direction] {
                let queue = record.queue()?;
                if queues[direction].replace(queue).is_some() {
                    return Err(Unreadable);
                }
            }
        }
        Ok(())
    })?;
    for direction in Direction::BOTH {
        if let Some(queue) = &mut queues[direction] {
            queue.bytes = counted[direction].unwrap_or(queue.bytes);
        }
    }
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
            bytes: self.bytes(),
        })
    }

    fn bytes(&self) -> Option<u64> {
        self.number("bytes").ok()
    }

    /// Whether it has counters and no settings, as `print stats` prints it.
    fn is_counters(&self) -> bool {
        self.value("max-limit") == Ok(None) && self.value("bytes") != Ok(None)
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
            set(
                "WAN-Download-1",
                Rate::mbit(400),
                Some("cake-down-wan1"),
                Scope::Settings
            )
            .as_str(),
            "/queue tree set [find name=\"WAN-Download-1\"] queue=cake-down-wan1 max-limit=400000000; \
             :put [/queue tree print detail as-value where name=\"WAN-Download-1\"]"
        );
        assert_eq!(
            look_up(NAMES, Scope::Settings).as_str(),
            ":put [/queue tree print detail as-value where name=\"WAN-Download-1\"]; \
             :put [/queue tree print detail as-value where name=\"WAN-Upload-1\"]"
        );
    }

    #[test]
    fn counters_are_read_after_everything_else_in_the_same_line() {
        let plain = look_up(NAMES, Scope::Settings);
        let counting = look_up(NAMES, Scope::Counters);
        assert_eq!(
            counting.strip_prefix(&*plain),
            Some(
                "; :put [/queue tree print stats as-value where name=\"WAN-Download-1\"]\
                 ; :put [/queue tree print stats as-value where name=\"WAN-Upload-1\"]"
            )
        );
        let rate = Rate::mbit(400);
        let plain = set("WAN-Upload-1", rate, None, Scope::Settings);
        let counting = set("WAN-Upload-1", rate, None, Scope::Counters);
        assert_eq!(
            counting.strip_prefix(&*plain),
            Some("; :put [/queue tree print stats as-value where name=\"WAN-Upload-1\"]")
        );
    }

    #[test]
    fn counters_join_the_settings_of_their_name_whatever_is_said_between() {
        let settings = ".id=*1;max-limit=500M;name=WAN-Download-1;queue=a\r\n\
                        .id=*2;max-limit=50M;name=WAN-Upload-1;queue=b\r\n";
        let bytes = |more: &str| {
            let printed = find_queues(&format!("{settings}{more}"), NAMES).unwrap();
            let bytes = printed.queues.map(|queue| queue.unwrap().bytes);
            (bytes.down, bytes.up, printed.more)
        };
        let up = ".id=*2;bytes=7;name=WAN-Upload-1;parent=ether1;queued-bytes=9;rate=0\r\n";
        let down = ".id=*1;bytes=272603902153;name=WAN-Download-1;rate=0\r\n";
        assert_eq!(
            bytes(&format!("{up}{down}")),
            (Some(272_603_902_153), Some(7), false)
        );
        assert_eq!(bytes(up), (None, Some(7), false), "one is enough for one");
        let refused = "bad parameter stats (line 1 column 18)\r\n";
        assert_eq!(bytes(refused), (None, None, true));
        // Somebody's comment, unescaped.
        let doubtful = ".id=*2;bytes=7;comment=x;bytes=8;name=WAN-Upload-1\r\n";
        assert_eq!(bytes(doubtful), (None, None, false));
        let alone = find_queues(up, NAMES).unwrap();
        assert_eq!(alone.queues, Both::default(), "counters are no queue");
    }

    #[test]
    fn the_longest_names_fit() {
        let name = "x".repeat(crate::wire::routeros::MAX_NAME);
        let both = Both {
            down: &*name,
            up: &*name,
        };
        look_up(both, Scope::Counters);
        set(&name, Rate::bps(u64::MAX), Some(&name), Scope::Counters);
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
