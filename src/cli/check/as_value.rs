//! What `:put [… print as-value]` prints, as the objects REST would give (routeros.md 3).

use super::object::Object;

/// The objects of an answer, none for an empty one. `None` if it is a complaint, or nobody can tell which
/// value is the right one: nothing is escaped, and a comment may look like properties.
pub(super) fn read(text: &str) -> Option<Vec<Object>> {
    let mut objects = Vec::new();
    let lines = text.lines().map(str::trim_end);
    for line in lines.filter(|line| !line.is_empty()) {
        let mut rest = line;
        while let Some(end) = rest.find(";.id=") {
            objects.push(record(&rest[..end])?);
            rest = &rest[end + 1..];
        }
        objects.push(record(rest)?);
    }
    Some(objects)
}

fn record(text: &str) -> Option<Object> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for piece in text.trim_end_matches(';').split(';') {
        let pair = piece.split_once('=').filter(|(key, _)| is_key(key));
        if let Some((key, value)) = pair {
            pairs.push((key, value.to_owned()));
        } else {
            // A list, or a comment with a semicolon.
            let (_, value) = pairs.last_mut()?;
            value.push(';');
            value.push_str(piece);
        }
    }
    let mut object = Object::default();
    for (key, value) in pairs {
        let value = if key == "bucket-size" {
            seconds(value)
        } else {
            value
        };
        if object.put(key, &value).is_some_and(|other| other != value) {
            return None;
        }
    }
    Some(object)
}

fn is_key(key: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    !key.is_empty() && key.bytes().all(fits)
}

/// Scripts see thousandths where people and REST see seconds.
fn seconds(text: String) -> String {
    let thousandths = text.parse::<u32>();
    thousandths.map_or(text, |n| (f64::from(n) / 1e3).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_follow_each_other_on_one_line_or_several() {
        let text = ".id=*1;bucket-size=100;comment=a; b = c;d;name=x;.id=*2;name=y;packet-mark=\r\n.id=*3;bucket-size=0.05;name=z  \r\n";
        let objects = read(text).expect("objects");
        let names: Vec<_> = objects.iter().map(|object| object.shown("name")).collect();
        assert_eq!(names, ["x", "y", "z"]);
        assert_eq!(objects[0].shown("comment"), "a; b = c;d");
        assert_eq!(objects[0].fraction("bucket-size"), Some(0.1));
        assert_eq!(objects[2].fraction("bucket-size"), Some(0.05));
        let resource = read("uptime=00:00:15;version=7.23.7 (long-term);\r\n").expect("one");
        assert_eq!(resource[0].shown("version"), "7.23.7 (long-term)");
        assert_eq!(read("\r\n"), Some(Vec::new()));
    }

    #[test]
    fn what_cannot_be_trusted_is_not_believed() {
        for text in [
            "bad command name foo (line 1 column 5)",
            "not enough permissions (9)",
            ".id=*1;comment=a;max-limit=9;max-limit=1;name=x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
