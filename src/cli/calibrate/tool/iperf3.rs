//! iperf3: four TCP streams, and one JSON document at the end.

use std::process::Command;

use serde_json::Value;

use crate::direction::Direction;
use crate::units::Rate;

/// One stream rarely fills a fast line.
const STREAMS: &str = "4";
/// Milliseconds to wait for the server.
const CONNECT_TIMEOUT: &str = "5000";

pub(super) fn command(host: &str, port: u16, direction: Direction, seconds: u64) -> Command {
    let mut command = Command::new("iperf3");
    // -i 0: without the reports of every second, what it prints fits into a pipe that is read at the end.
    command.args(["-c", host, "-p", &port.to_string(), "-J", "-i", "0"]);
    command.args(["-P", STREAMS, "-t", &seconds.to_string()]);
    command.args(["--connect-timeout", CONNECT_TIMEOUT]);
    if direction == Direction::Down {
        command.arg("-R");
    }
    command
}

/// The rate at which the receiver got it.
///
/// # Errors
/// Its own words if it failed, which it says with success as its exit status.
pub(super) fn read(said: &str) -> Result<Rate, String> {
    // What it prints on its error output follows the document.
    let document = serde_json::Deserializer::from_str(said)
        .into_iter::<Value>()
        .next();
    let Some(Ok(document)) = document else {
        let words = said.trim();
        return Err(if words.is_empty() {
            "said nothing"
        } else {
            words
        }
        .to_owned());
    };
    if let Some(error) = document["error"].as_str() {
        return Err(error.to_owned());
    }
    let end = &document["end"];
    let rate = |sum: &str| end[sum]["bits_per_second"].as_f64();
    let rate = rate("sum_received").or_else(|| rate("sum_sent"));
    rate.map(|bps| Rate::from_mbps(bps / 1e6))
        .ok_or_else(|| "its report has no sum".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What iperf3 3.12 prints for the very arguments of [`command`].
    const REPORT: &str = include_str!("iperf3_3_12.json");

    #[test]
    fn the_receivers_sum_is_read() {
        let rate = read(REPORT).unwrap();
        assert_eq!(rate.as_bps() / 1_000_000, 20_883);
        assert_eq!(read(&format!("{REPORT}\nwarning: odd")).unwrap(), rate);
    }

    #[test]
    fn its_own_words_are_passed_on() {
        let refused = r#"{"start": {}, "end": {}, "error": "the server is busy running a test. try again later"}"#;
        assert_eq!(
            read(refused).unwrap_err(),
            "the server is busy running a test. try again later"
        );
        assert_eq!(
            read("iperf3: unrecognized option").unwrap_err(),
            "iperf3: unrecognized option"
        );
        assert_eq!(read("").unwrap_err(), "said nothing");
        assert_eq!(read("{}").unwrap_err(), "its report has no sum");
    }

    #[test]
    fn a_download_comes_from_the_server() {
        let args = |direction| {
            let command = command("192.0.2.1", 5201, direction, 12);
            let args = command
                .get_args()
                .map(|arg| arg.to_string_lossy().into_owned());
            args.collect::<Vec<_>>().join(" ")
        };
        let up = "-c 192.0.2.1 -p 5201 -J -i 0 -P 4 -t 12 --connect-timeout 5000";
        assert_eq!(args(Direction::Up), up);
        assert_eq!(args(Direction::Down), format!("{up} -R"));
    }
}
