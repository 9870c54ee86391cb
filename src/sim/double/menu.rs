//! From a path to a menu: `/rest/queue/tree/*1000000` is the item `*1000000` of `/queue/tree`.

use super::refusal::Refusal;

/// The menus this double has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Menu {
    QueueTree,
    QueueType,
    QueueSimple,
    Mangle,
    AddressList,
    Interface,
    Resource,
    Identity,
}

const MENUS: [(&[&str], Menu); 8] = [
    (&["queue", "tree"], Menu::QueueTree),
    (&["queue", "type"], Menu::QueueType),
    (&["queue", "simple"], Menu::QueueSimple),
    (&["ip", "firewall", "mangle"], Menu::Mangle),
    (&["ip", "firewall", "address-list"], Menu::AddressList),
    (&["interface"], Menu::Interface),
    (&["system", "resource"], Menu::Resource),
    (&["system", "identity"], Menu::Identity),
];

/// Commands a path may end in; only some menus have all.
pub(super) const COMMANDS: [&str; 16] = [
    "add",
    "comment",
    "disable",
    "edit",
    "enable",
    "export",
    "find",
    "get",
    "listen",
    "move",
    "print",
    "remove",
    "reset-counters",
    "reset-counters-all",
    "set",
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
        !matches!(self, Self::Resource | Self::Identity)
    }

    /// A command of this menu, in its own spelling.
    pub(super) fn command(self, word: &str) -> Option<&'static str> {
        let mut commands = self.commands().iter();
        commands.find(|known| **known == word).copied()
    }

    /// What this double does in each menu; of `/queue/simple` only the reading half.
    const fn commands(self) -> &'static [&'static str] {
        match self {
            Self::QueueTree | Self::Mangle => &[
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
            Self::AddressList => &[
                "add", "disable", "enable", "find", "get", "print", "remove", "set",
            ],
            Self::QueueType => &["add", "find", "get", "print", "remove", "set"],
            Self::QueueSimple => &["find", "get", "print"],
            Self::Interface => &["disable", "enable", "find", "get", "print", "set"],
            Self::Resource => &["get", "print"],
            Self::Identity => &["get", "print", "set"],
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
