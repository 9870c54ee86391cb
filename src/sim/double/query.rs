//! Which rows and which properties a read wants.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::known::Pattern;
use super::menu::Menu;
use super::record::Record;
use super::refusal::Refusal;
use super::table::Table;

/// The two dot-words a read may carry, and a GET's equality filters.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Query {
    /// The API's `?` words without the question mark: `name=x`, `-comment`, `#|`.
    words: Vec<String>,
    proplist: Option<Vec<String>>,
    /// A GET always gives the `.id`; `print` gives what was asked for (measured on 7.23.x).
    always_id: bool,
}

impl Query {
    /// From a URL: every pair but `.proplist` is an equality, and all must hold.
    pub(super) fn of_url(pairs: &[(String, String)]) -> Self {
        let mut query = Self {
            always_id: true,
            ..Self::default()
        };
        for (name, value) in pairs {
            if name == ".proplist" {
                query.proplist = Some(comma_list(value));
            } else {
                query.words.push(format!("{name}={value}"));
            }
        }
        query
    }

    /// From the body of a `print`. Filters as plain keys, which a GET has, are refused here.
    pub(super) fn of_body(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut query = Self::default();
        for (name, value) in body {
            match (&**name, value) {
                (".proplist", Value::String(list)) => query.proplist = Some(comma_list(list)),
                (".proplist", Value::Array(list)) => query.proplist = Some(strings(list)?),
                (".query", Value::Array(list)) => query.words = strings(list)?,
                // On the CLI they ask for counters; REST always gives them.
                ("stats" | "detail" | "without-paging", _) => {}
                _ => return Err(Refusal::UnknownParameter(name.clone())),
            }
        }
        Ok(query)
    }

    /// The rows and properties that are wanted.
    pub(super) fn select(&self, rows: &[Record]) -> Vec<Record> {
        let rows = rows.iter().filter(|row| self.matches(row));
        rows.map(|row| self.project(row)).collect()
    }

    /// Only the properties that are wanted.
    pub(super) fn project(&self, row: &Record) -> Record {
        row.projected(|name| self.wants(name))
    }

    /// Whether a property is wanted.
    fn wants(&self, name: &str) -> bool {
        let list = self.proplist.as_ref();
        (self.always_id && name == ".id")
            || list.is_none_or(|list| list.iter().any(|wanted| wanted == name))
    }

    /// The same as [`Self::select`], to be said again with other counters.
    pub(super) fn pattern(&self, menu: Menu, table: &Table) -> Pattern {
        let mut pattern = Pattern::new(menu);
        for (index, row) in table.rows().iter().enumerate() {
            if self.matches(row) {
                pattern.row(table, index, |name| self.wants(name));
            }
        }
        pattern.close();
        pattern
    }

    /// A stack machine: a word pushes its answer, `#` words combine, and what is left must all hold.
    fn matches(&self, row: &Record) -> bool {
        let mut stack = Vec::new();
        for word in &self.words {
            match &**word {
                "#!" => {
                    let top = stack.pop().unwrap_or(true);
                    stack.push(!top);
                }
                "#&" | "#|" => {
                    let (b, a) = (stack.pop().unwrap_or(true), stack.pop().unwrap_or(true));
                    stack.push(if word == "#&" { a && b } else { a || b });
                }
                word => stack.push(holds(word, row)),
            }
        }
        stack.into_iter().all(|held| held)
    }
}

fn holds(word: &str, row: &Record) -> bool {
    if let Some(name) = word.strip_prefix('-') {
        return row.value(name).is_none();
    }
    let number = |text: &str| text.parse::<u64>().ok();
    let order = word.chars().next().filter(|sign| matches!(sign, '<' | '>'));
    match word.split_once('=') {
        // The operator comes first. That numbers are compared as numbers is assumed.
        Some((name, value)) if order.is_some() => {
            let found = row.value(&name[1..]).unwrap_or_default();
            let order_of = match (number(found), number(value)) {
                (Some(found), Some(value)) => found.cmp(&value),
                _ => found.cmp(value),
            };
            order_of
                == if order == Some('<') {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
        }
        Some((name, value)) => row.value(name) == Some(value),
        None => row.value(word).is_some(),
    }
}

fn comma_list(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_owned()).collect()
}

fn strings(list: &[Value]) -> Result<Vec<String>, Refusal> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let all = list.iter().map(text).collect::<Option<_>>();
    all.ok_or(Refusal::NotJson)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_words_are_a_stack_machine() {
        let row = Record::of(&[
            (".id", "*1"),
            ("name", "a"),
            ("mtu", "1500"),
            ("type", "ether"),
        ]);
        for (words, holds) in [
            (&["name=a"][..], true),
            (&["name=a", "type=vlan"], false),
            (&["type=ether", "type=vlan", "#|"], true),
            (&["type=vlan", "#!"], true),
            (&["name", "-comment"], true),
            (&["comment"], false),
            (&[">mtu=150"], true),
            (&["<mtu=150"], false),
            (&["<name=b"], true),
            (&[], true),
        ] {
            let query = Query {
                words: words.iter().map(|&word| word.to_owned()).collect(),
                ..Query::default()
            };
            assert_eq!(query.matches(&row), holds, "{words:?}");
        }
    }
}
