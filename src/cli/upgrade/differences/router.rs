//! The way to the router, and what is written to it.

use super::Difference::{Kept, Told};
use super::{Difference, Setup, if_so, one};
use crate::cli::secret;
use crate::config::{PasswordSource, RouterConfig, Transport};

pub(super) const DIFFERENCES: &[Difference] = &[
    // W-01
    Told(|setup| each_router(setup, transport)),
    // W-02
    Kept(
        "ten changes a minute reach the router (router.write_limit): a bad second uses them up, and the rest \
         of the minute nothing can be cut",
    ),
    // W-04, W-48
    Told(|_| {
        one(
            "While the router is away, /health is 503 and says why until it is back; v1.7's flipped between 200 \
             and 503 ten times a second. Whoever watches it gets one alarm, not a hundred.",
        )
    }),
    // W-05
    Told(|_| {
        one(
            "An outage of the provider or of the router never restarts the service: the watchdog watches the loop, \
             not the weather.",
        )
    }),
    // W-14
    Told(queue_types),
    // W-15, W-59
    Told(|setup| {
        let seconds = setup
            .wans
            .first()
            .map_or(30, |wan| wan.router.verify_interval.as_micros() / 1_000_000);
        vec![format!(
            "The limits are read back from the router at the start and every {seconds} seconds. A limit changed \
             by hand, by a reboot or by a restored backup is put right; v1.7 never noticed. Only the queue that \
             changed is written."
        )]
    }),
    // W-32, W-33, W-36
    Told(|_| {
        one(
            "A router that hangs, reboots, or has its queues made anew needs no restart here: it is asked again, \
             and control goes on beside it.",
        )
    }),
    // W-34
    Told(|setup| {
        let by_ssh = setup.wans.iter().any(|wan| by_ssh(setup, &wan.router));
        if_so(by_ssh, || {
            "Over SSH, a queue name that the router does not have is an error now; RouterOS itself says \
             nothing, and v1.7 believed that."
                .to_owned()
        })
    }),
    // W-43
    Told(|setup| {
        each_router(setup, |_, file, router| {
            let weakness = secret::on_the_way(router)?;
            Some(format!("{file}: as with v1.7, {weakness}."))
        })
    }),
    // W-31 told to nobody: either version respects the other one's lock file.
];

fn by_ssh(setup: &Setup<'_>, router: &RouterConfig) -> bool {
    router.transport == Transport::Ssh && setup.has.has(&router.ssh_key)
}

/// v1.7 went by REST, whatever a file said.
fn transport(setup: &Setup<'_>, file: &str, router: &RouterConfig) -> Option<String> {
    let key = &router.ssh_key;
    let has_password = router.password_source() != PasswordSource::None;
    match router.transport {
        Transport::Rest if has_password && setup.has.has(key) => Some(format!(
            "{file}: goes to the router by REST, as before; while that fails, SSH with {key} stands in."
        )),
        Transport::Rest => None,
        Transport::Ssh if by_ssh(setup, router) => Some(format!(
            "{file}: goes to the router by SSH, as it says; v1.7 went by REST whatever a file said. Write \
             router.transport: rest to stay with that."
        )),
        Transport::Ssh if has_password => Some(format!(
            "{file}: says transport: ssh, but there is no key {key}: it goes on by REST, as it did."
        )),
        Transport::Ssh => Some(format!(
            "{file}: says transport: ssh, but there is no key {key}, and no password for REST either: it cannot \
             reach the router."
        )),
    }
}

fn queue_types(setup: &Setup<'_>) -> Vec<String> {
    let named = setup.wans.iter().filter_map(|wan| {
        let [down, up] = [&wan.router.queue_types.down, &wan.router.queue_types.up];
        let (down, up) = (down.as_ref()?, up.as_ref()?);
        Some(format!(
            "{}: the queue types {down} and {up} are set where a queue has another one, as v1.7 did with every \
             write. If the router does not have them, the queue keeps its own; v1.7's writes all failed then. \
             router.queue_types: {{ download: leave, upload: leave }} leaves them alone.",
            wan.file.display()
        ))
    });
    named.collect()
}

/// About every file's router.
fn each_router(
    setup: &Setup<'_>,
    tell: impl Fn(&Setup<'_>, &str, &RouterConfig) -> Option<String>,
) -> Vec<String> {
    let wans = setup.wans.iter().map(|wan| (&wan.file, &wan.router));
    let steering = setup.steering.map(|it| (&it.file, &it.router));
    wans.chain(steering)
        .filter_map(|(file, router)| tell(setup, &file.display().to_string(), router))
        .collect()
}
