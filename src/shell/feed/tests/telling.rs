//! What the log says, and what it does not.

use std::net::TcpListener;

use log::Level;

use super::super::documents::Documents;
use super::super::live::Live;
use super::super::teller::Teller;
use super::*;
use crate::shell::clock::Clock;

#[test]
fn each_change_is_told_once_and_only_if_it_lasts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wan1_state.json");
    let other = dir.path().join("other.json");
    let mut documents = Documents::new(vec![path.clone(), other.clone()]);
    let mut teller = Teller::default();
    let mut told = Vec::new();
    for second in 0..200 {
        match second {
            20 | 62 => write(&path, 25, WALL + second),
            40 => fs::write(&other, "x").unwrap(),
            // Too short to be worth a word.
            60 | 100 => fs::remove_file(&path).unwrap(),
            _ => {}
        }
        documents.look(at(second));
        let lines = teller.lines(moment(second), &documents, None);
        told.extend(
            lines
                .into_iter()
                .flatten()
                .map(|(level, line)| (second, level, line)),
        );
    }
    let (path, other) = (path.display(), other.display());
    let warn = |at, line: String| (at, Level::Warn, line);
    assert_eq!(
        told,
        [
            warn(
                5,
                format!(
                    "No state document of autorate's can be used: {path} is missing; {other} is missing"
                )
            ),
            (25, Level::Info, format!("Baseline RTT is read from {path}")),
            warn(
                105,
                format!(
                    "No state document of autorate's can be used: {path} is missing; \
                     {other} is no document of autorate"
                )
            ),
        ]
    );
}

#[test]
fn a_live_word_that_is_not_to_be_had_is_told_with_its_address() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let documents = Documents::new(Vec::new());
    let mut live = Live::new(Clock::start(), address, "wan1".into());
    live.look();
    let mut teller = Teller::default();
    let mut told = Vec::new();
    for second in 0..100 {
        let [_, news] = teller.lines(moment(second), &documents, Some(&live));
        told.extend(news.map(|(level, line)| (second, level, line)));
    }
    let expected = format!(
        "Autorate's zone is not known: http://{address}/health cannot be reached: \
         Connection refused (os error 111)"
    );
    assert_eq!(told, [(5, Level::Warn, expected)]);
}
