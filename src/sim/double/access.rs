//! Who may do what: `/user` and `/user/group`, Basic credentials on every request, and the policies of
//! the user's group.

use std::collections::BTreeMap;

use super::http::Request;
use super::record::Record;
use super::refusal::Refusal;
use super::table::{Field, Kind, Table};

const USER: &[Field] = &[
    Field("address", Kind::Text),
    Field("comment", Kind::Text),
    Field("disabled", Kind::Flag),
    Field("group", Kind::Text),
    Field(
        "inactivity-policy",
        Kind::OneOf(&["none", "logout", "lockscreen"]),
    ),
    Field("inactivity-timeout", Kind::Text),
    Field("name", Kind::Text),
    Field(PASSWORD, Kind::Text),
];
const GROUP: &[Field] = &[
    Field("comment", Kind::Text),
    Field("name", Kind::Text),
    Field(POLICY, Kind::Text),
    Field("skin", Kind::Text),
];
/// It can be written, and is never shown.
const PASSWORD: &str = "password";
const POLICY: &str = "policy";

/// In the order in which RouterOS prints them: granted ones first, then the others with a `!`.
const POLICIES: [&str; 17] = [
    "local",
    "telnet",
    "ssh",
    "ftp",
    "reboot",
    "read",
    "write",
    "policy",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
    "rest-api",
];
/// What RouterOS's own groups lack.
const OWN_GROUPS: [(&str, &[&str]); 3] = [
    ("read", &["ftp", "write", "policy"]),
    ("write", &["ftp", "policy"]),
    ("full", &[]),
];
/// The least that wanctl needs, by REST and by SSH.
const CLIENT: &str = "read,write,ssh,rest-api";
const CLIENT_GROUP: &str = "wanctl";
const ADMIN: &str = "admin";

/// The users of the double: RouterOS's own, and the client's.
#[derive(Clone, Debug)]
pub struct Access {
    /// The client's login name.
    pub user: String,
    pub(super) users: Table,
    pub(super) groups: Table,
    /// Who is logged in. RouterOS never logs a REST session out (routeros.md 1.8).
    pub(super) active: Table,
    /// By the user's id.
    passwords: BTreeMap<String, String>,
    /// How often one was.
    passwords_set: u64,
    /// Whose request is being served; nobody's is somebody at a terminal who may do everything.
    acting: Option<String>,
}

/// What a request needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Need {
    Read,
    /// It does not include `read`.
    Write,
    /// For users and groups, besides `write`.
    Policy,
}

impl Need {
    const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Policy => POLICY,
        }
    }
}

impl Access {
    /// RouterOS's own user and groups, and a user for the client in a group of its own.
    pub fn new(user: &str, password: &str) -> Self {
        let mut groups = Table::new(GROUP, Vec::new())
            .requiring(&["name"])
            .numbered_from(1)
            .with_defaults(&[("skin", "default")]);
        for (name, lacking) in OWN_GROUPS {
            let granted = |policy: &str| !lacking.contains(&policy);
            groups.insert(&Record::of(&[("name", name), (POLICY, &spelled(granted))]));
        }
        let granted = |policy: &str| CLIENT.split(',').any(|word| word == policy);
        groups.insert(&Record::of(&[
            ("name", CLIENT_GROUP),
            (POLICY, &spelled(granted)),
        ]));
        let mut users = Table::new(USER, Vec::new())
            .requiring(&["group", "name"])
            .numbered_from(1)
            .with_defaults(&[
                ("address", ""),
                ("disabled", "false"),
                ("expired", "false"),
                ("last-logged-in", ""),
            ]);
        if user != ADMIN {
            users.insert(&Record::of(&[
                ("comment", "system default user"),
                ("group", "full"),
                ("name", ADMIN),
            ]));
        }
        users.insert(&Record::of(&[("group", CLIENT_GROUP), ("name", user)]));
        let mut access = Self {
            user: user.to_owned(),
            users,
            groups,
            active: Table::new(&[], Vec::new()).numbered_from(1),
            passwords: BTreeMap::new(),
            passwords_set: 0,
            acting: None,
        };
        access.set_password(password);
        access
    }

    /// Somebody changed the client's password.
    pub fn set_password(&mut self, password: &str) {
        if let Some(user) = self.users.named(&self.user) {
            let id = user.id().to_owned();
            self.passwords.insert(id, password.to_owned());
            self.passwords_set += 1;
        }
    }

    /// Somebody gave the client's group a policy, `read`, or took it away.
    pub fn grant(&mut self, policy: &str, granted: bool) {
        let group = self.users.named(&self.user);
        let group = group.and_then(|user| user.value("group"));
        let Some(index) = group.and_then(|name| self.groups.find(name)) else {
            return;
        };
        let row = &mut self.groups.rows_mut()[index];
        let had = row.value(POLICY).unwrap_or_default().to_owned();
        let now = spelled(|word| {
            if word == policy {
                granted
            } else {
                has(&had, word)
            }
        });
        row.set(POLICY, &now);
    }

    /// Lets a request in that has a user's credentials. A user whose group has no `rest-api` looks like a
    /// wrong password (assumed).
    pub(super) fn admit(&mut self, request: &Request) -> Result<(), Refusal> {
        let given = request.authorization.as_deref();
        let may_enter = |user: &&Record| {
            let password = self.passwords.get(user.id()).map_or("", String::as_str);
            let name = user.value("name").unwrap_or_default();
            given == Some(&basic(name, password))
                && !user.is_on("disabled")
                && self
                    .policies(name)
                    .is_some_and(|policies| has(policies, "rest-api"))
        };
        let user = self.users.rows().iter().find(may_enter);
        let name = user.and_then(|user| user.value("name"));
        self.acting = Some(name.ok_or(Refusal::Unauthorized)?.to_owned());
        Ok(())
    }

    /// From now on it is this user who asks; `None` may do everything.
    pub(super) fn act_as(&mut self, user: Option<String>) {
        self.acting = user;
    }

    /// The same, for who has been somebody before.
    pub(super) fn act_again_as(&mut self, user: Option<&str>) {
        if self.acting.as_deref() != user {
            self.acting = user.map(str::to_owned);
        }
    }

    /// Whose request is being served.
    pub(super) fn acting(&self) -> Option<&str> {
        self.acting.as_deref()
    }

    /// The same number means the same users, groups and passwords.
    pub(super) const fn version(&self) -> u64 {
        self.users.version() + self.groups.version() + self.passwords_set
    }

    pub(super) fn allow(&self, need: Need) -> Result<(), Refusal> {
        let Some(user) = &self.acting else {
            return Ok(());
        };
        let needed = |need: Need| {
            let policies = self.policies(user);
            policies.is_some_and(|policies| has(policies, need.word()))
        };
        let also_write = need != Need::Policy || needed(Need::Write);
        if needed(need) && also_write {
            Ok(())
        } else {
            Err(Refusal::NoPermission)
        }
    }

    /// Whether it is this user's own request.
    pub(super) fn is_acting(&self, user: &str) -> bool {
        self.acting.as_deref() == Some(user)
    }

    /// Notes that whoever was admitted is logged in: two rows each, and once (routeros.md 1.8).
    pub(super) fn note_login(&mut self, when: impl FnOnce() -> String) {
        let mut rows = self.active.rows().iter();
        let acting = self.acting.as_deref();
        if acting.is_none() || rows.any(|row| row.value("name") == acting) {
            return;
        }
        let Some(user) = self.acting.clone() else {
            return;
        };
        let when = when();
        let group = self.users.named(&user).and_then(|row| row.value("group"));
        let group = group.unwrap_or_default().to_owned();
        for via in ["rest-api", "api"] {
            self.active.insert(&Record::of(&[
                ("address", "127.0.0.1"),
                ("group", &group),
                ("name", &user),
                ("radius", "false"),
                ("via", via),
                ("when", &when),
            ]));
        }
    }

    /// A user's group must exist.
    pub(super) fn check_user(&self, change: &Record) -> Result<(), Refusal> {
        match change.value("group") {
            Some(group) if self.groups.named(group).is_none() => {
                Err(Refusal::NoMatch("group".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Takes the password out of a checked change of the user with this id, to where nobody sees it.
    pub(super) fn keep_password(&mut self, id: &str, change: &mut Record) {
        if let Some(password) = change.value(PASSWORD) {
            self.passwords.insert(id.to_owned(), password.to_owned());
            self.passwords_set += 1;
            change.unset(PASSWORD);
        }
    }

    fn policies(&self, user: &str) -> Option<&str> {
        let group = self.users.named(user)?.value("group")?;
        self.groups.named(group)?.value(POLICY)
    }
}

/// A group's policies after a change, which names those that come and, with a `!`, those that go: what it
/// does not name stays (measured on 7.20.8).
pub(super) fn change_group(group: Option<&Record>, change: &mut Record) -> Result<(), Refusal> {
    let Some(words) = change.value(POLICY) else {
        return Ok(());
    };
    let words: Vec<&str> = words.split(',').filter(|word| !word.is_empty()).collect();
    let bare = |word: &str| word.strip_prefix('!').unwrap_or(word).to_owned();
    if words
        .iter()
        .any(|word| !POLICIES.contains(&bare(word).as_str()))
    {
        return Err(Refusal::NoMatch(POLICY.to_owned()));
    }
    let had = group.and_then(|row| row.value(POLICY)).unwrap_or_default();
    let now = spelled(
        |policy| match words.iter().rfind(|word| bare(word) == policy) {
            Some(word) => !word.starts_with('!'),
            None => has(had, policy),
        },
    );
    change.set(POLICY, &now);
    Ok(())
}

fn spelled(granted: impl Fn(&str) -> bool) -> String {
    let yes = POLICIES.iter().filter(|policy| granted(policy));
    let no = POLICIES.iter().filter(|policy| !granted(policy));
    let words = yes.map(|policy| (*policy).to_owned());
    let words = words.chain(no.map(|policy| format!("!{policy}")));
    words.collect::<Vec<_>>().join(",")
}

fn has(policies: &str, policy: &str) -> bool {
    policies.split(',').any(|word| word == policy)
}

/// The `Authorization` header of a user.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

/// RFC 4648 section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (group >> (18 - 6 * digit)) & 0x3f;
            let padding = digit > chunk.len();
            text.push(if padding {
                '='
            } else {
                char::from(ALPHABET[index as usize])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
