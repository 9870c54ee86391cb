//! What there is to say of one command.

/// One command: all that its `--help`, its man page, its usage line and its completions say.
#[derive(Debug, Eq, PartialEq)]
pub struct Page {
    /// How it is called, `wanctl check`.
    pub command: &'static str,
    /// What it does, to follow its name in a list; no full stop.
    pub summary: &'static str,
    /// What follows its name; one for each form.
    pub forms: &'static [&'static str],
    /// Paragraphs.
    pub about: &'static [&'static str],
    /// What may stand there without dashes.
    pub operands: &'static [Operand],
    /// In the order in which people look for them; [`HELP`] is among them.
    pub options: &'static [Opt],
    /// What else is worth knowing, each with its heading.
    pub notes: &'static [Note],
    /// What ends with which code.
    pub exit_codes: &'static [(u8, &'static str)],
    /// What it reads and writes. Only the man page has it, as all that follows.
    pub files: &'static [(&'static str, &'static str)],
    /// Variables that it looks at.
    pub environment: &'static [(&'static str, &'static str)],
    /// What it does when it is sent one.
    pub signals: &'static [(&'static str, &'static str)],
    /// Command lines that work, and what they are for.
    pub examples: &'static [(&'static str, &'static str)],
    /// For tests and the curious: not in the list of commands.
    pub aside: bool,
}

/// A page that says nothing yet; what a page has nothing to say about, it takes from here.
pub const EMPTY: Page = Page {
    command: "",
    summary: "",
    forms: &[],
    about: &[],
    operands: &[],
    options: &[HELP],
    notes: &[],
    exit_codes: &[],
    files: &[],
    environment: &[],
    signals: &[],
    examples: &[],
    aside: false,
};

/// A paragraph with a heading of its own.
#[derive(Debug, Eq, PartialEq)]
pub struct Note {
    /// A word or two.
    pub heading: &'static str,
    /// One paragraph.
    pub text: &'static str,
}

/// What stands on a command line without dashes.
#[derive(Debug, Eq, PartialEq)]
pub struct Operand {
    /// As the usage line has it, `HOST[:PORT]`.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is.
    pub text: &'static str,
}

/// One option.
#[must_use]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Opt {
    /// Its name, without dashes.
    pub name: &'static str,
    /// Its letter.
    pub letter: Option<char>,
    /// What follows it, and what that may be; nothing after a flag.
    pub value: Option<(&'static str, Kind)>,
    /// What it does.
    pub text: &'static str,
    /// v1.7 had it: what abbreviated it then, does so now.
    pub v1_7: bool,
}

/// What a value may be, for completions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Whatever the text says.
    Free,
    /// A file.
    File,
    /// One or more files.
    Files,
    /// A directory.
    Folder,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words, with commas between them.
    Words(&'static [&'static str]),
    /// One of these words, or a file.
    WordOrFile(&'static [&'static str]),
}

impl Opt {
    /// An option without a value.
    pub const fn flag(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            letter: None,
            value: None,
            text,
            v1_7: false,
        }
    }

    /// An option with a value, whose name is as the usage line has it.
    pub const fn with(
        name: &'static str,
        value: &'static str,
        kind: Kind,
        text: &'static str,
    ) -> Self {
        Self {
            value: Some((value, kind)),
            ..Self::flag(name, text)
        }
    }

    /// The same, with a letter.
    pub const fn letter(self, letter: char) -> Self {
        Self {
            letter: Some(letter),
            ..self
        }
    }

    /// The same, as v1.7 had it.
    pub const fn v1_7(self) -> Self {
        Self { v1_7: true, ..self }
    }
}

/// Every command has it, and v1.7's programs had.
pub const HELP: Opt = Opt::flag("help", "this text").letter('h').v1_7();
/// Programs that are called by a name of their own have it.
pub const VERSION: Opt = Opt::flag("version", "the version").letter('V');

impl Page {
    /// The one word that chooses it, `check` of `wanctl check`, `steering` of `wanctl-steering`; none for
    /// `wanctl` itself.
    pub fn word(&self) -> Option<&'static str> {
        self.command.strip_prefix("wanctl")?.get(1..)
    }
}
