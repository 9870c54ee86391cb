//! Who starts and ends the process: signals in, words for the service manager out.

use signal_hook::consts::{SIGHUP, SIGUSR1};

use super::{EventLoop, Phase, Runs};
use crate::report::Summary;
use crate::shell::scribe::Record;
use crate::shell::wan_ports::WanPorts;
use crate::time::{Duration, Instant};

/// How long the last orders of a stopping program may take: what was under way and two writes, at 0.2 s
/// each over SSH (routeros.md 3). A router that takes longer is not waited for.
const STOP_FOR: Duration = Duration::from_secs(1);
/// How often systemd's status line is renewed.
const STATUS_EVERY: Duration = Duration::from_secs(5);

impl<P: Runs> EventLoop<P> {
    pub(super) fn handle_signals(&mut self, now: Instant) {
        let mut stop = false;
        for signal in self.signals.pending() {
            match signal {
                SIGHUP => self.inbox.leave(Record::Reopen),
                SIGUSR1 => {
                    let debug = self.inbox.toggle_debug();
                    log::info!("Debug logging {}", if debug { "on" } else { "off" });
                }
                _ => stop = true,
            }
        }
        if stop {
            match self.phase {
                Phase::Running => self.stop(now),
                // Asked twice: at once.
                Phase::Stopping { .. } | Phase::Ended => self.phase = Phase::Ended,
            }
        }
    }

    pub(super) fn stop(&mut self, now: Instant) {
        log::info!("Shutdown requested, exiting gracefully...");
        self.notifier.stopping();
        self.phase = Phase::Stopping {
            until: now + STOP_FOR,
        };
        self.program.stop(now, &mut self.outbox);
        self.carry_out(now);
    }

    /// A stopping loop ends when the last orders are answered, or cannot be in time.
    pub(super) fn end_if_done(&mut self, now: Instant) {
        if let Phase::Stopping { until } = self.phase
            && (now >= until || !self.wans.iter().any(WanPorts::is_writing))
        {
            self.phase = Phase::Ended;
        }
    }

    pub(super) fn notify(&mut self, now: Instant) {
        if let Some(period) = self.notifier.watchdog_period()
            && now - self.petted_at >= period
        {
            self.petted_at = now;
            self.notifier.watchdog();
        }
        if now >= self.status_at {
            self.status_at = now + STATUS_EVERY;
            let summary = Summary::<P>(self.program.status());
            self.notifier.status(format_args!("{summary}"));
        }
    }
}
