//! Commands, once they are understood.

use super::parse::{Command, Expression, Statement, Target};
use super::value::Value;
use super::{CliError, Router, print};
use crate::sim::double::access::Need;
use crate::sim::double::record::Record;
use crate::sim::double::refusal::Refusal;
use crate::sim::double::table::absent;
use crate::time::Instant;

impl Router {
    /// Does a statement; what it prints.
    pub(super) fn run(&mut self, now: Instant, statement: &Statement) -> Result<String, CliError> {
        match statement {
            // On its own, `print as-value` prints nothing: it is for scripts.
            Statement::Command(command) if has(command, "as-value") => Ok(String::new()),
            Statement::Command(command) if command.verb == "print" => self.print(now, command),
            Statement::Command(command) => {
                self.execute(now, command)?;
                Ok(self.told(now, command))
            }
            Statement::Put(expression) => {
                let text = self.evaluate(now, expression)?.text();
                Ok(format!("{text}\r\n"))
            }
        }
    }

    /// What a command tells while it works; most say nothing.
    fn told(&self, now: Instant, command: &Command) -> String {
        match command.verb {
            "sign" => "  progress: done\r\n\r\n".to_owned(),
            "check-for-updates" | "install" => {
                let rows = [(0, self.single(now, command.menu))];
                print::rows(command.menu, false, &rows)
            }
            _ => String::new(),
        }
    }

    fn evaluate(&mut self, now: Instant, expression: &Expression) -> Result<Value, CliError> {
        match expression {
            Expression::Text(text) => Ok(Value::Text(text.clone())),
            Expression::Command(command) => self.execute(now, command),
            Expression::Json(_, inner) => {
                let value = self.evaluate(now, inner)?;
                Ok(Value::Text(value.json()))
            }
        }
    }

    fn print(&self, now: Instant, command: &Command) -> Result<String, CliError> {
        self.access.allow(Need::Read)?;
        let rows = self.matching(now, command);
        if has(command, "count-only") {
            return Ok(format!("{}\r\n", rows.len()));
        }
        Ok(print::rows(command.menu, has(command, "stats"), &rows))
    }

    fn execute(&mut self, now: Instant, command: &Command) -> Result<Value, CliError> {
        let need = match command.verb {
            "print" | "find" | "get" => Need::Read,
            _ => command.menu.need(),
        };
        self.access.allow(need)?;
        let menu = command.menu;
        match command.verb {
            "print" => Ok(self.as_value(now, command)),
            "find" => {
                let rows = self.matching(now, command);
                Ok(Value::Ids(
                    rows.iter().map(|(_, row)| row.id().to_owned()).collect(),
                ))
            }
            "get" => self.get(now, command),
            "add" => {
                let id = self.add(now, menu, &properties(command))?;
                Ok(Value::Ids(vec![id]))
            }
            "reset-counters-all" => {
                self.reset_counters(menu, None);
                Ok(Value::Nothing)
            }
            "set" if !menu.is_list() => {
                self.change(menu, &[0], &properties(command))?;
                Ok(Value::Nothing)
            }
            "check-for-updates" | "install" => {
                self.update(now, command.verb);
                Ok(Value::Nothing)
            }
            _ => {
                let rows = self.targets(now, command)?;
                self.apply_to(command, &rows)?;
                Ok(Value::Nothing)
            }
        }
    }

    fn apply_to(&mut self, command: &Command, rows: &[usize]) -> Result<(), CliError> {
        let menu = command.menu;
        match command.verb {
            "enable" => self.switch(menu, rows, true)?,
            "disable" => self.switch(menu, rows, false)?,
            "remove" => self.remove(menu, rows),
            "sign" => self.sign(rows),
            "reset-counters" => self.reset_counters(menu, Some(rows)),
            _ => self.change(menu, rows, &properties(command))?,
        }
        Ok(())
    }

    /// The rows a command is about: `[find …]`, or ids and names.
    fn targets(&self, now: Instant, command: &Command) -> Result<Vec<usize>, CliError> {
        let table = self.table(command.menu);
        if let Some((_, Target::Named(inner))) = &command.found {
            self.access.allow(Need::Read)?;
            let row = table.find(&self.get(now, inner)?.text());
            let row = row.ok_or(CliError::Refused(Refusal::NoSuchItem))?;
            return Ok(vec![row]);
        }
        if let Some((column, Target::Found(condition))) = &command.found {
            let rows = table.rows().iter().enumerate();
            let found = rows.filter(|(_, row)| condition.holds(row));
            let found: Vec<usize> = found.map(|(index, _)| index).collect();
            return if found.is_empty() && self.cli.empty_find_complains {
                Err(CliError::ExpectedItem(*column))
            } else {
                Ok(found)
            };
        }
        let numbers = command.pairs.iter().find(|pair| pair.1 == "numbers");
        let numbers = numbers.map(|(column, _, value)| (*column, value.as_str()));
        let first = command.words.first();
        let first = first.map(|(column, word)| (*column, word.as_str()));
        let Some((column, keys)) = first.or(numbers) else {
            return Err(CliError::Missing("numbers"));
        };
        if keys.is_empty() {
            return Err(CliError::ExpectedItem(column));
        }
        let rows = keys.split(',').map(|key| table.find(key));
        let rows: Option<_> = rows.collect();
        rows.ok_or(CliError::Refused(Refusal::NoSuchItem))
    }

    /// `get [find …] max-limit`, or `get max-limit` of the one object.
    fn get(&self, now: Instant, command: &Command) -> Result<Value, CliError> {
        let mut words = command.words.iter().map(|(_, word)| word.as_str());
        let row = if command.menu.is_list() {
            let [index] = self.targets(now, command)?[..] else {
                // None or several (text assumed).
                return Err(CliError::Refused(Refusal::NoSuchItem));
            };
            if command.found.is_none() {
                words.next();
            }
            self.table(command.menu).rows()[index].clone()
        } else {
            self.single(now, command.menu)
        };
        let named = command.pairs.iter().find(|pair| pair.1 == "value-name");
        match words.next().or(named.map(|pair| pair.2.as_str())) {
            Some(name) => {
                let value = row.value(name).unwrap_or_else(|| absent(name));
                Ok(Value::Text(super::value::spelled(name, value)))
            }
            None => Ok(Value::Rows(self.table(command.menu).fields(), vec![row])),
        }
    }

    /// `print as-value`: with `stats` the counters, without the rest; never both.
    fn as_value(&self, now: Instant, command: &Command) -> Value {
        if !has(command, "as-value") {
            return Value::Nothing;
        }
        let wanted = command.pairs.iter().find(|pair| pair.1 == "proplist");
        let wanted: Option<Vec<&str>> = wanted.map(|pair| pair.2.split(',').collect());
        let stats = has(command, "stats");
        let rows = self.matching(now, command).into_iter().map(|(_, row)| {
            row.projected(|name| match &wanted {
                Some(list) => name == ".id" || list.contains(&name),
                None => print::is_in_as_value(command.menu, stats, name),
            })
        });
        Value::Rows(self.table(command.menu).fields(), rows.collect())
    }

    /// The rows `where` leaves, with their numbers.
    fn matching(&self, now: Instant, command: &Command) -> Vec<(usize, Record)> {
        let rows = self.rows(now, command.menu);
        let rows = rows.iter().enumerate();
        rows.filter(|(_, row)| command.condition.holds(row))
            .map(|(n, row)| (n, row.clone()))
            .collect()
    }
}

fn has(command: &Command, word: &str) -> bool {
    command.verb == "print" && command.words.iter().any(|(_, known)| known == word)
}

fn properties(command: &Command) -> Record {
    let mut record = Record::default();
    for (_, name, value) in &command.pairs {
        if name != "numbers" {
            record.set(name, value);
        }
    }
    record
}
