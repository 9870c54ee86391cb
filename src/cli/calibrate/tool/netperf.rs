//! netperf, as v1.7 used it (contract 10).

use std::process::Command;

use crate::direction::Direction;
use crate::units::Rate;

pub(super) fn command(host: &str, direction: Direction, seconds: u64) -> Command {
    let test = match direction {
        Direction::Down => "TCP_MAERTS",
        Direction::Up => "TCP_STREAM",
    };
    let mut command = Command::new("netperf");
    command.args([
        "-H",
        host,
        "-t",
        test,
        "-l",
        &seconds.to_string(),
        "-v",
        "2",
    ]);
    command
}

/// The throughput in the classic line of five columns, else a number before `Mbps` or `10^6bits/sec`.
///
/// # Errors
/// Its own words if there is neither.
pub(super) fn read(said: &str) -> Result<Rate, String> {
    let classic = said.lines().find_map(five_columns);
    let rate = classic
        .or_else(|| before_unit(said))
        .filter(|mbps| *mbps > 0.0);
    rate.map(Rate::from_mbps).ok_or_else(|| match said.trim() {
        "" => "said nothing".to_owned(),
        words => words.to_owned(),
    })
}

/// Three sizes, the seconds, and Mbit/s.
fn five_columns(line: &str) -> Option<f64> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let [sizes @ .., seconds, mbps] = &columns[..] else {
        return None;
    };
    let whole = |column: &&str| column.bytes().all(|byte| byte.is_ascii_digit());
    let fits = sizes.len() == 3 && sizes.iter().all(whole) && seconds.parse::<f64>().is_ok();
    fits.then(|| mbps.parse().ok()).flatten()
}

fn before_unit(said: &str) -> Option<f64> {
    let words: Vec<&str> = said.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let unit = ["Mbps", "10^6bits/sec"].contains(&pair[1]);
        unit.then(|| pair[0].parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSIC: &str = "\
MIGRATED TCP STREAM TEST from 0.0.0.0 (0.0.0.0) port 0 AF_INET to 192.0.2.1 () port 0 AF_INET
Recv   Send    Send
Socket Socket  Message  Elapsed
Size   Size    Size     Time     Throughput
bytes  bytes   bytes    secs.    10^6bits/sec

131072  16384  16384    10.03     412.56
";

    #[test]
    fn the_classic_line_is_read() {
        assert_eq!(read(CLASSIC), Ok(Rate::from_mbps(412.56)));
    }

    #[test]
    fn so_are_numbers_with_their_unit() {
        assert_eq!(read("throughput 94.1 Mbps"), Ok(Rate::from_mbps(94.1)));
        assert_eq!(read("18.5 10^6bits/sec"), Ok(Rate::from_mbps(18.5)));
    }

    #[test]
    fn what_is_no_result_is_passed_on() {
        let refused =
            "establish control: are you sure there is a netserver listening on 192.0.2.1?";
        assert_eq!(read(refused).unwrap_err(), refused);
        assert_eq!(read("0.0 Mbps").unwrap_err(), "0.0 Mbps");
        assert_eq!(read(" ").unwrap_err(), "said nothing");
    }
}
