//! The other line, and the entries of the address lists.

use core::fmt;

use super::Exposition;
use crate::report::prometheus::{Escaped, Kind, Label, seconds};
use crate::steering::evidence::Alternate;

impl Exposition<'_> {
    pub(super) fn alternate(&mut self) -> fmt::Result {
        let status = self.status;
        let wan = Label(&status.setup.alternate);
        let labels = format_args!("wan=\"{wan}\"");
        if let Some(delay) = status.picture.alternate_delay {
            self.page.only(
                "wanctl_steering_alternate_rtt_delta_seconds",
                "RTT over the alternate above that of its calm (EWMA smoothed)",
                Kind::Gauge,
                labels,
                seconds(delay),
            )?;
        }
        let answers = match status.alternate_answers {
            Alternate::Unknown => None,
            Alternate::Answers => Some(1),
            Alternate::Silent => Some(0),
        };
        if let Some(answers) = answers {
            self.page.only(
                "wanctl_steering_alternate_answers",
                "Whether the alternate answers (1) or not (0)",
                Kind::Gauge,
                labels,
                answers,
            )?;
        }
        self.lists()
    }

    /// A list that was configured twice has one line: a scrape takes no series twice.
    fn lists(&mut self) -> fmt::Result {
        const NAME: &str = "wanctl_steering_address_list_entries";
        let (lists, wan) = (&self.status.lists, Label(&self.status.setup.primary));
        if lists.iter().any(|list| list.entries.is_some()) {
            let help = "Entries of an address list that are not switched off";
            self.page.head(NAME, help, Kind::Gauge)?;
        }
        for (n, list) in lists.iter().enumerate() {
            let again = lists[..n].iter().any(|earlier| earlier.name == list.name);
            if let Some(entries) = list.entries.filter(|_| !again) {
                let name = Escaped(&list.name);
                let labels = format_args!("list=\"{name}\",wan=\"{wan}\"");
                self.page.series(NAME, labels, entries)?;
            }
        }
        Ok(())
    }
}
