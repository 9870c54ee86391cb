//! What a `PromQL` expression asks for.

use crate::names::{Series, exported};

/// Labels that Prometheus itself puts on what it scrapes.
const OF_THE_SCRAPE: [&str; 2] = ["instance", "job"];

/// That everything an expression of `place` names is exported: its metrics, each with the labels it is asked
/// for, and labels it is grouped by with at least one of its metrics.
pub(crate) fn assert_exported(place: &str, expr: &str) {
    let series = exported();
    let mut asked = Series::new();
    for (at, name) in names(expr) {
        let labels = series.get(name);
        let labels = labels.unwrap_or_else(|| panic!("{place}: nobody exports {name}: {expr}"));
        for label in matchers(&expr[at + name.len()..]) {
            assert!(has(labels, label), "{place}: {name} has no {label}: {expr}");
        }
        asked.insert(name.to_owned(), labels.clone());
    }
    for label in grouped_by(expr) {
        let known = asked.values().any(|labels| has(labels, label));
        assert!(known, "{place}: no label {label} there: {expr}");
    }
}

fn has(labels: &std::collections::BTreeSet<String>, label: &str) -> bool {
    labels.contains(label) || OF_THE_SCRAPE.contains(&label)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == ':'
}

/// Our metrics in it, and where; what stands between quotes is no metric.
pub(crate) fn names(expr: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    for (n, part) in expr.split('"').enumerate() {
        let mut from = 0;
        while let Some(start) = part[from..].find("wanctl_").map(|i| from + i) {
            let rest = &part[start..];
            let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            if n % 2 == 0 {
                found.push((at + start, &rest[..len]));
            }
            from = start + len;
        }
        at += part.len() + 1;
    }
    found
}

/// The labels of the braces that follow a name.
fn matchers(rest: &str) -> Vec<&str> {
    let Some(inside) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        return Vec::new();
    };
    let pairs = inside.0.split(',').filter(|pair| !pair.trim().is_empty());
    pairs
        .map(|pair| pair.trim().split(['=', '!']).next().unwrap_or_default())
        .collect()
}

/// The labels of `by (…)`, `on (…)` and their like.
fn grouped_by(expr: &str) -> Vec<&str> {
    let mut labels = Vec::new();
    for word in ["by", "on", "ignoring", "without", "group_left"] {
        for (at, _) in expr.match_indices(word) {
            let alone = !expr[..at].ends_with(is_word);
            let list = expr[at + word.len()..].trim_start().strip_prefix('(');
            if let Some((list, _)) = list.and_then(|list| list.split_once(')'))
                && alone
            {
                labels.extend(list.split(',').map(str::trim).filter(|l| !l.is_empty()));
            }
        }
    }
    labels
}

#[test]
fn what_is_asked_for_is_found() {
    let expr = "histogram_quantile(0.9, sum by (wan, le) (rate(wanctl_a_bucket{wan=~\"x,wanctl_no\", \
                host!=\"\"}[5m]))) / on (job) wanctl_b";
    let found: Vec<_> = names(expr).into_iter().map(|(_, name)| name).collect();
    assert_eq!(found, ["wanctl_a_bucket", "wanctl_b"]);
    let (at, name) = names(expr)[0];
    assert_eq!(grouped_by(expr), ["wan", "le", "job"]);
    assert_eq!(matchers(&expr[at + name.len()..]).last(), Some(&"host"));
    assert_eq!(matchers("[5m]"), Vec::<&str>::new());
}
