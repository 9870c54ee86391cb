//! State documents that come, change, break and go.

use std::ffi::CString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::DocumentTrouble;
use super::super::documents::Documents;
use super::*;
use crate::report::feed::Unfit;
use crate::shell::Errno;
use crate::units::Millis;

/// Two places where the document may be.
struct Desk {
    dir: TempDir,
    documents: Documents,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let documents = Documents::new(paths(&dir).to_vec());
        Self { dir, documents }
    }

    fn first(&self) -> PathBuf {
        paths(&self.dir)[0].clone()
    }

    fn second(&self) -> PathBuf {
        paths(&self.dir)[1].clone()
    }

    /// The baseline and how many seconds old it is, after a look.
    fn look(&mut self, reading: Reading) -> Option<(Millis, u64)> {
        self.documents.look(reading);
        let word = self.documents.word(reading.now)?;
        let age = word.age(reading.now).as_micros() / 1_000_000;
        Some((word.feed.baseline.unwrap(), age))
    }

    fn trouble(&self, seconds: u64) -> DocumentTrouble {
        self.documents.state(moment(seconds)).unwrap_err()
    }
}

fn paths(dir: &TempDir) -> [PathBuf; 2] {
    ["run.json", "lib.json"].map(|name| dir.path().join(name))
}

fn ms(ms: u32, age: u64) -> (Millis, u64) {
    (Millis::of(ms), age)
}

#[expect(unsafe_code, reason = "std makes no FIFO")]
fn make_fifo(path: &Path) {
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    // SAFETY: a name that ends with a zero, and no other memory.
    let made = unsafe { libc::mkfifo(name.as_ptr(), 0o600) };
    assert_eq!(made, 0);
}

#[test]
fn a_document_that_appears_late_is_as_old_as_its_file() {
    let mut desk = Desk::new();
    assert_eq!(desk.look(at(5)), None);
    assert_eq!(desk.trouble(5), DocumentTrouble::Missing);
    // An hour before this process began.
    write(&desk.first(), 25, WALL - 3_600);
    assert_eq!(desk.look(at(6)), Some(ms(25, 3_606)));
    assert_eq!(desk.look(at(16)), Some(ms(25, 3_616)));
    assert_eq!(desk.documents.state(moment(16)), Ok(0));
}

#[test]
fn a_document_of_the_future_is_new_and_ages_all_the_same() {
    let mut desk = Desk::new();
    write(&desk.first(), 25, WALL + 86_400);
    assert_eq!(desk.look(at(10)), Some(ms(25, 0)));
    assert_eq!(desk.look(at(200)), Some(ms(25, 190)));
}

#[test]
fn a_replaced_document_is_no_older_than_the_last_look_at_the_one_before() {
    let mut desk = Desk::new();
    write(&desk.first(), 25, WALL);
    assert_eq!(desk.look(at(60)), Some(ms(25, 60)));
    // Between two looks.
    write(&desk.first(), 26, WALL + 60);
    assert_eq!(desk.look(at(61)), Some(ms(26, 1)));
    assert_eq!(desk.look(at(62)), Some(ms(26, 2)));
    // The clock is set an hour ahead; autorate goes on writing.
    assert_eq!(desk.look(wall(63, WALL + 3_663)), Some(ms(26, 3)));
    write(&desk.first(), 27, WALL + 64);
    assert_eq!(desk.look(wall(64, WALL + 3_664)), Some(ms(27, 1)));
    // And an hour back.
    write(&desk.first(), 28, WALL + 3_665);
    assert_eq!(desk.look(wall(66, WALL + 66)), Some(ms(28, 0)));
    assert_eq!(desk.look(wall(70, WALL + 70)), Some(ms(28, 4)));
}

#[test]
fn a_change_is_seen_by_its_time_its_length_or_its_content() {
    let mut desk = Desk::new();
    write(&desk.first(), 25, WALL);
    assert_eq!(desk.look(at(100)), Some(ms(25, 100)));
    write(&desk.first(), 26, WALL);
    assert_eq!(
        desk.look(at(101)),
        Some(ms(26, 1)),
        "the same length and time"
    );
    write(&desk.first(), 126, WALL);
    assert_eq!(desk.look(at(110)), Some(ms(126, 9)), "another length");
    touch(&desk.first(), WALL + 119);
    assert_eq!(desk.look(at(119)), Some(ms(126, 0)), "another time");
    assert_eq!(desk.look(at(130)), Some(ms(126, 11)), "nothing");
}

#[test]
fn the_last_word_stays_and_ages_whatever_becomes_of_the_document() {
    type Spoil = fn(&Path);
    let loops = Errno::from(std::io::Error::from_raw_os_error(libc::ELOOP));
    let cases: [(Spoil, DocumentTrouble); 8] = [
        (|_| {}, DocumentTrouble::Missing),
        (make_fifo, DocumentTrouble::NoFile),
        (
            |path| fs::create_dir(path).unwrap(),
            DocumentTrouble::NoFile,
        ),
        (
            |path| fs::write(path, vec![b' '; 10_000_000]).unwrap(),
            DocumentTrouble::TooLong,
        ),
        (
            |path| fs::write(path, "{\"ewma\":{\"base").unwrap(),
            DocumentTrouble::Unfit(Unfit::Garbled),
        ),
        (
            |path| fs::write(path, "").unwrap(),
            DocumentTrouble::Unfit(Unfit::Garbled),
        ),
        (
            |path| fs::write(path, "{}").unwrap(),
            DocumentTrouble::Unfit(Unfit::NoBaseline),
        ),
        (
            |path| symlink(path, path).unwrap(),
            DocumentTrouble::Unreadable(loops),
        ),
    ];
    for (spoil, trouble) in cases {
        let mut desk = Desk::new();
        let path = desk.first();
        write(&path, 25, WALL);
        assert_eq!(desk.look(at(1)), Some(ms(25, 1)));
        fs::remove_file(&path).unwrap();
        spoil(&path);
        assert_eq!(desk.look(at(2)), Some(ms(25, 2)), "{trouble:?}");
        assert_eq!(desk.look(at(1_000)), Some(ms(25, 1_000)), "{trouble:?}");
        assert_eq!(desk.trouble(1_000), trouble);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir(&path);
        // The very same comes back, and then a new one.
        write(&path, 25, WALL);
        assert_eq!(desk.look(at(1_001)), Some(ms(25, 1_001)), "{trouble:?}");
        write(&path, 26, WALL + 1_002);
        assert_eq!(desk.look(at(1_002)), Some(ms(26, 0)), "{trouble:?}");
        assert_eq!(desk.documents.state(moment(1_002)), Ok(0));
    }
}

#[test]
fn a_fifo_that_somebody_writes_to_is_not_read() {
    let mut desk = Desk::new();
    make_fifo(&desk.first());
    let mut writer = File::options()
        .read(true)
        .write(true)
        .open(desk.first())
        .unwrap();
    writer.write_all(document(25).as_bytes()).unwrap();
    assert_eq!(desk.look(at(1)), None);
    assert_eq!(desk.trouble(1), DocumentTrouble::NoFile);
}

#[test]
fn the_likeliest_document_of_a_living_autorate_serves() {
    let mut desk = Desk::new();
    // A leftover of last month; autorate writes the other one now (W-27).
    write(&desk.first(), 40, WALL - 30 * 86_400);
    write(&desk.second(), 25, WALL);
    assert_eq!(desk.look(at(1)), Some(ms(25, 1)));
    assert_eq!(desk.documents.state(moment(1)), Ok(1));
    // It writes both.
    write(&desk.first(), 26, WALL + 10);
    write(&desk.second(), 27, WALL + 11);
    assert_eq!(desk.look(at(12)), Some(ms(26, 2)));
    assert_eq!(desk.documents.state(moment(12)), Ok(0));
    // It ended: the last it said, not the first in the list.
    assert_eq!(desk.look(at(1_000)), Some(ms(27, 989)));
}

#[test]
fn what_is_there_and_wrong_is_worth_more_words_than_what_is_missing() {
    let mut desk = Desk::new();
    fs::write(desk.second(), "[]").unwrap();
    assert_eq!(desk.look(at(1)), None);
    assert_eq!(desk.trouble(1), DocumentTrouble::Unfit(Unfit::Garbled));
    write(&desk.first(), 25, WALL);
    assert_eq!(desk.look(at(2)), Some(ms(25, 2)));
    assert_eq!(desk.documents.state(moment(2)), Ok(0));
}
