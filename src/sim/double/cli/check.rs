//! What RouterOS complains about before it does anything: parameters that a command does not have.

use super::parse::{Command, Expression, Statement, Target};
use super::{CliError, Router};
use crate::sim::double::menu::Menu;
use crate::sim::double::refusal::Refusal;

impl Router {
    pub(super) fn check(&self, statement: &Statement) -> Result<(), CliError> {
        match statement {
            Statement::Command(command) => self.check_command(command),
            Statement::Put(expression) => self.check_expression(expression),
        }
    }

    fn check_expression(&self, expression: &Expression) -> Result<(), CliError> {
        match expression {
            Expression::Text(_) => Ok(()),
            Expression::Command(command) => self.check_command(command),
            Expression::Json(column, _) if !self.profile.has_serialize() => {
                Err(CliError::BadCommand("serialize".to_owned(), *column + 1))
            }
            Expression::Json(_, inner) => self.check_expression(inner),
        }
    }

    fn check_command(&self, command: &Command) -> Result<(), CliError> {
        if let Err(Refusal::NoSuchPath(word)) = self.check_version(command.menu) {
            return Err(CliError::BadCommand(word, command.menu_at));
        }
        if let Some((_, Target::Named(inner))) = &command.found {
            self.check_command(inner)?;
        }
        for (column, name, _) in &command.pairs {
            if !self.takes_pair(command, name) {
                return Err(CliError::BadParameter(name.clone(), *column));
            }
        }
        for (column, word) in &command.words {
            if command.verb == "print" && !takes_word(command.menu, word) {
                return Err(CliError::BadParameter(word.clone(), *column));
            }
        }
        Ok(())
    }

    fn takes_pair(&self, command: &Command, name: &str) -> bool {
        let takes_rows = command.menu.is_list() && name == "numbers";
        match command.verb {
            "print" => name == "proplist",
            "get" => name == "value-name" || takes_rows,
            "set" if command.menu.is_list() => {
                takes_rows || self.table(command.menu).kind(name).is_some()
            }
            "add" | "set" => self.table(command.menu).kind(name).is_some(),
            _ => takes_rows,
        }
    }
}

/// The flags of `print`. One object knows neither `detail` nor `where`.
fn takes_word(menu: Menu, word: &str) -> bool {
    match word {
        "as-value" | "without-paging" => true,
        "detail" | "terse" | "count-only" | "all" => menu.is_list(),
        "stats" => matches!(
            menu,
            Menu::QueueTree | Menu::QueueSimple | Menu::Filter | Menu::Mangle | Menu::Interface
        ),
        _ => false,
    }
}
