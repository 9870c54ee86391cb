//! From a line to commands. RouterOS reads the whole line before it does anything.

use super::CliError;
use super::condition::Condition;
use super::cursor::Cursor;
use crate::sim::double::menu::{self, Menu};

/// One thing to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Statement {
    /// A command of a menu; what it gives back is not printed.
    Command(Command),
    /// `:put`: prints.
    Put(Expression),
}

/// Something with a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Expression {
    Text(String),
    Command(Command),
    /// `:serialize to=json`, and the column it begins in: not every version has it.
    Json(usize, Box<Self>),
}

/// A command with its arguments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Command {
    pub(super) menu: Menu,
    /// The column of the menu's last word, for a menu that not every version has.
    pub(super) menu_at: usize,
    pub(super) verb: &'static str,
    /// `name=value`, with their columns.
    pub(super) pairs: Vec<(usize, String, String)>,
    /// Words without a value, with their columns: `stats`, `*1000000`.
    pub(super) words: Vec<(usize, String)>,
    /// `[find …]` or `[… get …]`, and its column.
    pub(super) found: Option<(usize, Target)>,
    /// What follows `where`.
    pub(super) condition: Condition,
}

/// What stands in brackets where a command wants rows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Target {
    /// `[find …]`.
    Found(Condition),
    /// `[/user get … group]`: what it gives is a name.
    Named(Box<Command>),
}

/// Reads a whole line.
pub(super) fn script(line: &str) -> Result<Vec<Statement>, CliError> {
    let mut cursor = Cursor::new(line);
    let mut statements = Vec::new();
    loop {
        cursor.skip_spaces();
        if cursor.take(";") {
            continue;
        }
        if cursor.peek().is_none() {
            return Ok(statements);
        }
        statements.push(statement(&mut cursor)?);
        cursor.skip_spaces();
        if !matches!(cursor.peek(), None | Some(';')) {
            return Err(CliError::ExpectedEnd(cursor.column()));
        }
    }
}

fn statement(cursor: &mut Cursor<'_>) -> Result<Statement, CliError> {
    if cursor.take(":put ") {
        cursor.skip_spaces();
        return Ok(Statement::Put(expression(cursor)?));
    }
    Ok(Statement::Command(command(cursor, None)?))
}

/// `[…]`, or text.
fn expression(cursor: &mut Cursor<'_>) -> Result<Expression, CliError> {
    if !cursor.take("[") {
        return Ok(Expression::Text(cursor.value()?));
    }
    cursor.skip_spaces();
    let column = cursor.column();
    let inner = if cursor.take(":serialize ") {
        Expression::Json(column, Box::new(serialized(cursor)?))
    } else {
        Expression::Command(command(cursor, None)?)
    };
    close(cursor)?;
    Ok(inner)
}

/// What `:serialize` is to turn into JSON; it knows other forms, the double does not.
fn serialized(cursor: &mut Cursor<'_>) -> Result<Expression, CliError> {
    cursor.skip_spaces();
    if !cursor.take("to=json") {
        return Err(CliError::Syntax(cursor.column()));
    }
    cursor.skip_spaces();
    cursor.take("value=");
    expression(cursor)
}

fn close(cursor: &mut Cursor<'_>) -> Result<(), CliError> {
    cursor.skip_spaces();
    if cursor.take("]") {
        Ok(())
    } else {
        Err(CliError::Syntax(cursor.column()))
    }
}

/// A command with its path; in brackets within another command, `within` is that one's menu.
fn command(cursor: &mut Cursor<'_>, within: Option<Menu>) -> Result<Command, CliError> {
    let (menu, menu_at, verb) = path(cursor, within)?;
    let mut command = Command {
        menu,
        menu_at,
        verb,
        pairs: Vec::new(),
        words: Vec::new(),
        found: None,
        condition: Condition::All(Vec::new()),
    };
    if verb == "find" {
        cursor.skip_spaces();
        cursor.take("where ");
        command.condition = Condition::parse(cursor)?;
        return Ok(command);
    }
    loop {
        cursor.skip_spaces();
        if cursor.is_command_over() {
            return Ok(command);
        }
        argument(cursor, &mut command)?;
    }
}

fn argument(cursor: &mut Cursor<'_>, command: &mut Command) -> Result<(), CliError> {
    let column = cursor.column();
    if cursor.take("[") {
        command.found = Some((column, target(cursor, command.menu)?));
        return Ok(());
    }
    if cursor.peek() == Some('"') || cursor.peek() == Some('*') {
        command.words.push((column, cursor.value()?));
        return Ok(());
    }
    let name = cursor.name().to_owned();
    if name.is_empty() {
        return Err(CliError::ExpectedEnd(column));
    }
    if name == "where" && command.verb == "print" {
        command.condition = Condition::parse(cursor)?;
    } else if !cursor.take("=") {
        command.words.push((column, name));
    } else if cursor.take("[") {
        command.found = Some((column, target(cursor, command.menu)?));
    } else {
        command.pairs.push((column, name, cursor.value()?));
    }
    Ok(())
}

/// The inside of `[find …]` or `[… get …]`, and its closing bracket.
fn target(cursor: &mut Cursor<'_>, menu: Menu) -> Result<Target, CliError> {
    let column = cursor.column();
    let inner = command(cursor, Some(menu))?;
    close(cursor)?;
    match inner.verb {
        "find" if inner.menu == menu => Ok(Target::Found(inner.condition)),
        "get" => Ok(Target::Named(Box::new(inner))),
        _ => Err(CliError::Syntax(column)),
    }
}

/// `/queue tree set`, `/queue/tree/set`, or any mix of both.
fn path(
    cursor: &mut Cursor<'_>,
    within: Option<Menu>,
) -> Result<(Menu, usize, &'static str), CliError> {
    let absolute = cursor.peek() == Some('/');
    let mut menu = within.filter(|_| !absolute);
    let mut menu_at = cursor.column();
    let mut path: Vec<String> = Vec::new();
    loop {
        cursor.take("/");
        cursor.skip_spaces();
        let column = cursor.column();
        let word = cursor.name();
        path.push(word.to_owned());
        if menu::is_directory(&path) {
            menu = Menu::at(&path);
            menu_at = column;
            cursor.skip_spaces();
            continue;
        }
        let verb = menu.and_then(|menu| menu.command(word).map(|verb| (menu, menu_at, verb)));
        return match verb {
            Some(found) => Ok(found),
            None if word.is_empty() => Err(CliError::ExpectedCommand(column)),
            None => Err(CliError::BadCommand(word.to_owned(), column)),
        };
    }
}
