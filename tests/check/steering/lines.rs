//! Whom steering asks over both lines.

use wanctl::cli::stage::reflectors::Manner;

use crate::setup::Setup;

const SILENT: Manner = Manner {
    silent: true,
    extra: wanctl::time::Duration::ZERO,
    loss: 0.0,
    duplicate: false,
};

#[test]
fn a_silent_ping_host_is_replaced_by_one_of_autorates() {
    let mut setup = Setup::steering();
    setup.world.set_reflector(0, SILENT);
    setup
        .check()
        .exits(1)
        .has("answers none of 5 echoes")
        .has("Autorate has other reflectors:");
    assert_eq!(setup.fix("primary-silent"), Some(0));
}

#[test]
fn the_alternate_is_asked_from_its_own_address() {
    let mut setup = Setup::steering();
    let other = setup.world.reflector_addresses()[2];
    setup.merge(&format!(
        "measurement: {{ alternate: {{ source_address: 127.0.0.1, ping_host: \"udp://{other}\" }} }}"
    ));
    setup.check().exits(0).has(&format!(
        "udp://{other} answers 5 of 5 echoes from 127.0.0.1 in"
    ));
    setup.world.set_reflector(2, SILENT);
    setup
        .check()
        .exits(2)
        .has("neither a slow primary is left nor a dead one");
    setup.merge("measurement: { alternate: { interface: no-such-if } }");
    setup
        .check()
        .exits(1)
        .has("The alternate cannot be asked from 127.0.0.1 through no-such-if: cannot send through interface");
}
