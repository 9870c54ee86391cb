//! RouterOS commands that make what is missing, to be copied into the router's terminal.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::kinds::Kind;
use crate::direction::Direction;

/// Policies of a user, all that RouterOS 7 has. A group's are cumulative, so those that are not meant are denied by
/// name (MikroTik's page on users).
const DENIED: &str = "!local,!telnet,!ftp,!reboot,!policy,!test,!winbox,!password,!web,!sniff,!sensitive,!api,!romon";
/// Seconds of full speed after a pause; RouterOS' default of 0.1 lets them into the modem's queue.
const BUCKET: &str = "0.01";

/// A text as the RouterOS command line wants it between quotes.
fn quoted(text: &str) -> String {
    crate::cli::check::visit::quoted(text)
}

/// A group and a user that may do what wanctl does, from this machine, and nothing else.
pub(super) fn user(name: &str, from: Option<IpAddr>) -> String {
    let name = quoted(name);
    let address = from.map_or_else(String::new, |ip| {
        let bits = if ip.is_ipv4() { 32 } else { 128 };
        format!(" address={ip}/{bits}")
    });
    format!(
        "    /user/group add name=wanctl policy=read,write,rest-api,ssh,{DENIED}\n    \
         /user add name={name} group=wanctl{address} password=\"choose one\"\n"
    )
}

/// A key's public half for a user.
pub(super) fn key(user: &str, public: &str) -> String {
    format!(
        "    /file add name=wanctl.pub contents={}\n    \
         /user/ssh-keys/import public-key-file=wanctl.pub user={}\n",
        quoted(public.trim()),
        quoted(user)
    )
}

/// A queue to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewQueue<'q> {
    pub(super) name: &'q str,
    pub(super) kind: &'q Kind,
    pub(super) direction: Direction,
    pub(super) parent: &'q str,
    /// Mbit/s.
    pub(super) ceiling: f64,
    /// Where several lines share the port to the home, the mark that tells their packets apart, and the port they
    /// come in by.
    pub(super) mark: Option<(&'q str, &'q str)>,
    /// Its type is there.
    pub(super) has_type: bool,
}

impl NewQueue<'_> {
    /// The name of the type that it is given.
    pub(super) fn type_name(kind: &Kind, direction: Direction) -> String {
        let word = match direction {
            Direction::Down => "down",
            Direction::Up => "up",
        };
        format!("cake-{word}-{}", kind.word)
    }

    pub(super) fn commands(&self) -> String {
        let kind = Self::type_name(self.kind, self.direction);
        let mut text = String::new();
        if !self.has_type {
            let options = self.kind.cake[self.direction];
            let line = format!("    /queue type add name={kind} kind=cake {options}");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let mut marked = String::new();
        if let Some((mark, port)) = self.mark {
            let mark = quoted(mark);
            let _ = writeln!(
                text,
                "    /ip firewall mangle add chain=forward in-interface={} action=mark-packet \
                 new-packet-mark={mark} passthrough=yes",
                quoted(port)
            );
            marked = format!(" packet-mark={mark}");
        }
        let _ = writeln!(
            text,
            "    /queue tree add name={} parent={}{marked} queue={kind} max-limit={:.0} bucket-size={BUCKET}",
            quoted(self.name),
            quoted(self.parent),
            self.ceiling * 1e6
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::setup::kinds::KINDS;

    #[test]
    fn a_user_may_do_what_is_needed_from_here_alone() {
        let text = user("wanctl", Some([192, 168, 1, 10].into()));
        assert!(
            text.contains("policy=read,write,rest-api,ssh,!local"),
            "{text}"
        );
        assert!(text.contains("address=192.168.1.10/32 password="), "{text}");
    }

    #[test]
    fn a_queue_brings_its_type_and_its_mark() {
        let queue = NewQueue {
            name: "WAN Download",
            kind: &KINDS[0],
            direction: Direction::Down,
            parent: "bridge",
            ceiling: 94.5,
            mark: Some(("wan1-down", "ether1")),
            has_type: false,
        };
        assert_eq!(
            queue.commands(),
            "    /queue type add name=cake-down-cable kind=cake cake-overhead-scheme=docsis\n    \
             /ip firewall mangle add chain=forward in-interface=\"ether1\" action=mark-packet \
             new-packet-mark=\"wan1-down\" passthrough=yes\n    \
             /queue tree add name=\"WAN Download\" parent=\"bridge\" packet-mark=\"wan1-down\" \
             queue=cake-down-cable max-limit=94500000 bucket-size=0.01\n"
        );
        let alone = NewQueue {
            mark: None,
            has_type: true,
            ..queue
        };
        assert_eq!(alone.commands().lines().count(), 1);
    }
}
