//! From a path to a menu: `/rest/queue/tree/*1000000` is the item `*1000000` of `/queue/tree`.

use super::access::Need;
use super::refusal::Refusal;

/// The menus this double has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Menu {
    QueueTree,
    QueueType,
    QueueSimple,
    Filter,
    Mangle,
    AddressList,
    Interface,
    Service,
    Webserver,
    Settings,
    User,
    UserGroup,
    UserActive,
    Certificate,
    Resource,
    Identity,
    PackageUpdate,
}

/// A menu below another stands before it.
const MENUS: [(&[&str], Menu); 17] = [
    (&["queue", "tree"], Menu::QueueTree),
    (&["queue", "type"], Menu::QueueType),
    (&["queue", "simple"], Menu::QueueSimple),
    (&["ip", "firewall", "filter"], Menu::Filter),
    (&["ip", "firewall", "mangle"], Menu::Mangle),
    (&["ip", "firewall", "address-list"], Menu::AddressList),
    (&["interface"], Menu::Interface),
    (&["ip", "service", "webserver"], Menu::Webserver),
    (&["ip", "service"], Menu::Service),
    (&["ip", "settings"], Menu::Settings),
    (&["user", "group"], Menu::UserGroup),
    (&["user", "active"], Menu::UserActive),
    (&["user"], Menu::User),
    (&["certificate"], Menu::Certificate),
    (&["system", "resource"], Menu::Resource),
    (&["system", "identity"], Menu::Identity),
    (&["system", "package", "update"], Menu::PackageUpdate),
];

/// Commands a path may end in; only some menus have all.
pub(super) const COMMANDS: [&str; 19] = [
    "add",
    "check-for-updates",
    "comment",
    "disable",
    "edit",
    "enable",
    "export",
    "find",
    "get",
    "install",
    "listen",
    "move",
    "print",
    "remove",
    "reset-counters",
    "reset-counters-all",
    "set",
    "sign",
    "unset",
];

impl Menu {
    /// The menu a path (below `/rest`) leads to, and what is left of the path.
    pub(super) fn locate(path: &[String]) -> Result<(Self, &[String]), Refusal> {
        for (words, menu) in MENUS {
            if shared(words, path) == words.len() {
                return Ok((menu, &path[words.len()..]));
            }
        }
        // The longest way into the tree says which word is the unknown one.
        let known = MENUS.iter().map(|(words, _)| shared(words, path));
        match path.get(known.max().unwrap_or_default()) {
            Some(word) => Err(Refusal::NoSuchPath(word.clone())),
            // A directory such as /rest/queue: nothing there to get.
            None => Err(Refusal::NoSuchCommand),
        }
    }

    /// The menu of exactly this path.
    pub(super) fn at(path: &[String]) -> Option<Self> {
        let mut menus = MENUS.into_iter();
        menus
            .find(|(words, _)| *words == path)
            .map(|(_, menu)| menu)
    }

    /// Menus of rows; the others are one object.
    pub(super) const fn is_list(self) -> bool {
        !matches!(
            self,
            Self::Resource
                | Self::Identity
                | Self::PackageUpdate
                | Self::Settings
                | Self::Webserver
        )
    }

    /// Whether its rows have no name, so that only an id finds one.
    pub(super) const fn is_nameless(self) -> bool {
        matches!(self, Self::Filter | Self::Mangle | Self::AddressList)
    }

    /// What a change of it needs.
    pub(super) const fn need(self) -> Need {
        match self {
            Self::User | Self::UserGroup => Need::Policy,
            _ => Need::Write,
        }
    }

    /// A command of this menu, in its own spelling.
    pub(super) fn command(self, word: &str) -> Option<&'static str> {
        let mut commands = self.commands().iter();
        commands.find(|known| **known == word).copied()
    }

    /// What this double does in each menu; of `/queue/simple` only the reading half.
    const fn commands(self) -> &'static [&'static str] {
        match self {
            Self::QueueTree | Self::Filter | Self::Mangle => &[
                "add",
                "disable",
                "enable",
                "find",
                "get",
                "print",
                "remove",
                "reset-counters",
                "reset-counters-all",
                "set",
            ],
            Self::AddressList | Self::User => &[
                "add", "disable", "enable", "find", "get", "print", "remove", "set",
            ],
            Self::QueueType | Self::UserGroup => &["add", "find", "get", "print", "remove", "set"],
            Self::QueueSimple | Self::UserActive => &["find", "get", "print"],
            Self::Certificate => &["add", "find", "get", "print", "remove", "set", "sign"],
            Self::Interface | Self::Service => {
                &["disable", "enable", "find", "get", "print", "set"]
            }
            Self::Resource => &["get", "print"],
            Self::Identity | Self::Settings | Self::Webserver => &["get", "print", "set"],
            Self::PackageUpdate => &["check-for-updates", "get", "install", "print", "set"],
        }
    }
}

/// Whether a path is a menu or leads to one.
pub(super) fn is_directory(path: &[String]) -> bool {
    let mut menus = MENUS.iter();
    menus.any(|(words, _)| shared(words, path) == path.len())
}

/// How many leading words agree.
fn shared(words: &[&str], path: &[String]) -> usize {
    let pairs = words.iter().zip(path);
    pairs.take_while(|(word, part)| word == part).count()
}
