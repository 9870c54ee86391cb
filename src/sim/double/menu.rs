//! From a path to a menu: `/rest/queue/tree/*1000000` is the item `*1000000` of `/queue/tree`.

use super::refusal::Refusal;

/// The menus this double has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Menu {
    QueueTree,
    QueueType,
    Interface,
    Resource,
    Identity,
}

const MENUS: [(&[&str], Menu); 5] = [
    (&["queue", "tree"], Menu::QueueTree),
    (&["queue", "type"], Menu::QueueType),
    (&["interface"], Menu::Interface),
    (&["system", "resource"], Menu::Resource),
    (&["system", "identity"], Menu::Identity),
];

/// Commands a path may end in; only some menus have all.
pub(super) const COMMANDS: [&str; 15] = [
    "add",
    "comment",
    "disable",
    "edit",
    "enable",
    "export",
    "find",
    "get",
    "listen",
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

    /// Menus of rows; the others are one object.
    pub(super) const fn is_list(self) -> bool {
        !matches!(self, Self::Resource | Self::Identity)
    }
}

/// How many leading words agree.
fn shared(words: &[&str], path: &[String]) -> usize {
    let pairs = words.iter().zip(path);
    pairs.take_while(|(word, part)| word == part).count()
}
