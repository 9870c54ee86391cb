//! How to ask: a question has a flag that may have answered it, something that is known, something that is
//! likely, and a rule for what is an answer.

use super::person::Person;
use super::stop::Stop;
use super::words::wrapped;
use crate::config::Secret;

/// One question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'q> {
    /// The flag that answers it, without its dashes.
    pub(super) flag: &'q str,
    pub(super) words: &'q str,
    /// What the flag said.
    pub(super) given: Option<&'q str>,
    /// What a file says, or what is right for nearly everybody: good enough for nobody to be asked.
    pub(super) known: Option<&'q str>,
    /// What a person may find likely.
    pub(super) likely: Option<&'q str>,
}

impl<'q> Question<'q> {
    pub(super) const fn new(flag: &'q str, words: &'q str, given: Option<&'q str>) -> Self {
        Self {
            flag,
            words,
            given,
            known: None,
            likely: None,
        }
    }

    /// With what is known.
    pub(super) const fn known(self, known: Option<&'q str>) -> Self {
        Self { known, ..self }
    }

    /// With what is likely.
    pub(super) const fn likely(self, likely: Option<&'q str>) -> Self {
        Self { likely, ..self }
    }
}

/// What to do after something was looked at in vain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Next {
    Again,
    Skip,
}

/// A dialogue, or the monologue of a setup that asks nothing.
pub(super) struct Talk<'p> {
    person: &'p mut dyn Person,
    attended: bool,
    /// A title that waits for something to stand above.
    title: Option<String>,
}

impl<'p> Talk<'p> {
    pub(super) const fn new(person: &'p mut dyn Person, attended: bool) -> Self {
        Self {
            person,
            attended,
            title: None,
        }
    }

    /// Whether somebody may be asked.
    pub(super) const fn is_attended(&self) -> bool {
        self.attended
    }

    /// A paragraph.
    pub(super) fn say(&mut self, text: &str) -> Result<(), Stop> {
        self.show(&wrapped(text))
    }

    /// Lines as they are.
    pub(super) fn show(&mut self, lines: &str) -> Result<(), Stop> {
        if let Some(title) = self.title.take() {
            let line = "-".repeat(title.chars().count());
            self.person.hear(&format!("\n{title}\n{line}\n"))?;
        }
        self.person.hear(lines)
    }

    /// A part begins, if anything is said in it.
    pub(super) fn head(&mut self, title: &str) {
        self.title = Some(title.to_owned());
    }

    /// An answer that is one.
    pub(super) fn ask<T>(
        &mut self,
        question: Question<'_>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Stop> {
        if let Some(given) = question.given {
            return read(given).map_err(|why| Stop::Bad(format!("--{}: {why}", question.flag)));
        }
        if !self.attended {
            let known = question.known.and_then(|known| read(known).ok());
            return known.ok_or_else(|| Stop::Missing(vec![format!("--{}", question.flag)]));
        }
        let suggested = question.known.or(question.likely);
        let prompt = match suggested {
            Some(suggested) => format!("{} [{suggested}]: ", question.words),
            None => format!("{}: ", question.words),
        };
        loop {
            self.show(&prompt)?;
            let answer = self.person.answer()?;
            let answer = match answer.trim() {
                "" => suggested.unwrap_or_default(),
                answer => answer,
            };
            match read(answer) {
                Ok(value) => return Ok(value),
                Err(why) => self.say(&format!("  {why}."))?,
            }
        }
    }

    /// Yes or no. Nobody is no one to decide: the caller knows what a flag said.
    pub(super) fn confirm(&mut self, words: &str, likely: bool) -> Result<bool, Stop> {
        let choice = if likely { "Y/n" } else { "y/N" };
        loop {
            self.show(&format!("{words} [{choice}] "))?;
            match self.person.answer()?.trim().to_lowercase().as_str() {
                "" => return Ok(likely),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => self.say("  Please answer y or n.")?,
            }
        }
    }

    /// A text that is not seen.
    pub(super) fn secret(&mut self, words: &str) -> Result<Secret, Stop> {
        self.show(&format!("{words}: "))?;
        self.person.whisper()
    }

    /// Waits until something has been done elsewhere.
    pub(super) fn wait(&mut self) -> Result<Next, Stop> {
        let prompt = "Press Enter to look again, or type s to go on without: ";
        self.show(prompt)?;
        let answer = self.person.answer()?;
        Ok(if answer.trim().eq_ignore_ascii_case("s") {
            Next::Skip
        } else {
            Next::Again
        })
    }
}

/// Somebody who answers from a list.
#[cfg(test)]
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) answers: std::collections::VecDeque<&'static str>,
    pub(super) heard: String,
}

#[cfg(test)]
impl Script {
    pub(super) fn of(answers: &[&'static str]) -> Self {
        Self {
            answers: answers.iter().copied().collect(),
            heard: String::new(),
        }
    }
}

#[cfg(test)]
impl Person for Script {
    fn hear(&mut self, text: &str) -> Result<(), Stop> {
        self.heard.push_str(text);
        Ok(())
    }

    fn answer(&mut self) -> Result<String, Stop> {
        let answer = self.answers.pop_front().ok_or(Stop::Ended)?;
        self.heard.push('\n');
        Ok(answer.to_owned())
    }

    fn whisper(&mut self) -> Result<Secret, Stop> {
        self.answer().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Result<u32, String> {
        text.parse().map_err(|_| format!("{text:?} is no number"))
    }

    fn asked(
        question: Question<'_>,
        answers: &[&'static str],
        attended: bool,
    ) -> (Result<u32, Stop>, String) {
        let mut script = Script::of(answers);
        let said = Talk::new(&mut script, attended).ask(question, number);
        (said, script.heard)
    }

    #[test]
    fn a_person_is_asked_until_the_answer_is_one() {
        let question = Question::new("wans", "How many", None).likely(Some("2"));
        let (said, heard) = asked(question, &["many", "3"], true);
        assert_eq!(said, Ok(3));
        assert_eq!(
            heard,
            "How many [2]: \n  \"many\" is no number.\nHow many [2]: \n"
        );
        assert_eq!(asked(question, &[""], true).0, Ok(2));
        assert_eq!(asked(question, &[], true).0, Err(Stop::Ended));
    }

    #[test]
    fn a_flag_is_an_answer_and_a_bad_one_is_said_with_its_name() {
        let question = Question::new("wans", "How many", Some("x"));
        let bad = Stop::Bad("--wans: \"x\" is no number".to_owned());
        assert_eq!(asked(question, &[], true).0, Err(bad));
        assert_eq!(
            asked(
                Question {
                    given: Some("4"),
                    ..question
                },
                &[],
                false
            )
            .0,
            Ok(4)
        );
    }

    #[test]
    fn nobody_takes_what_is_known_but_not_what_is_likely() {
        let question = Question::new("wans", "How many", None);
        let missing = Stop::Missing(vec!["--wans".to_owned()]);
        assert_eq!(
            asked(question.likely(Some("2")), &[], false).0,
            Err(missing)
        );
        assert_eq!(asked(question.known(Some("2")), &[], false).0, Ok(2));
    }
}
