//! Links lead somewhere.

use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use wanctl::manual::guides;

use crate::blocks::files;
use crate::root;

/// Where a file's links lead, and its headings as GitHub names them.
fn links_and_headings(file: &Path) -> (Vec<String>, Vec<String>) {
    let source = fs::read_to_string(file).expect("UTF-8");
    let (mut links, mut headings) = (Vec::new(), Vec::new());
    let mut heading: Option<String> = None;
    for event in Parser::new(&source) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take().map(|it| anchor(&it))),
            _ => {}
        }
    }
    (links, headings)
}

/// `What v1.7 accepted` is `what-v17-accepted`.
fn anchor(heading: &str) -> String {
    let lower = heading.to_lowercase().replace(' ', "-");
    lower
        .chars()
        .filter(|c| c.is_alphanumeric() || "-_".contains(*c))
        .collect()
}

#[test]
fn every_link_to_a_file_of_ours_leads_there() {
    let mut followed = 0;
    for file in files() {
        let (links, _) = links_and_headings(&file);
        for link in links.iter().filter(|link| !link.starts_with("http")) {
            let (path, wanted) = link.split_once('#').unwrap_or((link, ""));
            let target = match path {
                "" => file.clone(),
                path => file.parent().expect("a folder").join(path),
            };
            assert!(target.exists(), "{}: {link}", file.display());
            if !wanted.is_empty() {
                let (_, headings) = links_and_headings(&target);
                let found = headings.iter().any(|heading| heading == wanted);
                assert!(found, "{}: {link}: {headings:?}", file.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

#[test]
fn every_guide_is_in_the_binary_and_in_the_readme() {
    let (links, _) = links_and_headings(&root("README.md"));
    for entry in fs::read_dir(root("src/manual/guides")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        assert!(
            guides::ALL.iter().any(|guide| guide.name == name),
            "{name}: src/manual/guides.rs lacks it"
        );
        let link = format!("src/manual/guides/{name}.md");
        assert!(links.contains(&link), "{name}: README does not name it");
    }
}
