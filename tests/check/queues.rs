//! Queues and queue types that are set up wrongly, one way at a time.

use crate::setup::{Setup, broken};

#[test]
fn a_queue_is_missing() {
    let mut setup = Setup::new();
    setup.world.scene().router.remove_queue("WAN-Download");
    setup
        .check()
        .exits(1)
        .has("The router has no queue WAN-Download; it has WAN-Upload.")
        .has("write its name into queues.download")
        .has("/queue tree add name=\"WAN-Download\" parent=\"bridge\" queue=\"cake-down\" max-limit=500000000");
    assert_eq!(setup.fix("queue-missing"), Some(0));
}

#[test]
fn a_queue_is_disabled() {
    let mut setup = broken("WAN-Upload", "disabled", "true");
    setup
        .check()
        .exits(1)
        .has("The queue WAN-Upload is disabled. Its limit has no effect")
        .has("/queue tree set [find name=\"WAN-Upload\"] disabled=no");
    assert_eq!(setup.fix("queue-disabled"), Some(0));
}

#[test]
fn a_queue_is_invalid() {
    let mut setup = broken("WAN-Download", "invalid", "true");
    setup
        .world
        .scene()
        .router
        .set_queue_property("WAN-Download", "parent", "*7");
    setup
        .check()
        .exits(1)
        .has("The queue WAN-Download is invalid: its parent *7 does not exist")
        .has("/queue tree set [find name=\"WAN-Download\"] parent=\"bridge\"");
    assert_eq!(setup.fix("queue-invalid"), Some(0));
}

#[test]
fn the_queue_is_not_cake() {
    let mut setup = broken("WAN-Download", "queue", "default-small");
    setup
        .check()
        .exits(1)
        .has("WAN-Download uses the queue type default-small, which is pfifo and not CAKE.")
        .has("packets wait in a plain queue behind the largest download")
        .has("/queue tree set [find name=\"WAN-Download\"] queue=\"cake-down\"");
    assert_eq!(setup.fix("queue-kind"), Some(0));
}

#[test]
fn the_named_queue_type_is_missing() {
    let mut setup = Setup::new();
    setup.merge("router: { queue_types: { upload: cake-up-wan1 } }");
    setup
        .check()
        .exits(2)
        .has("The router has no queue type cake-up-wan1, which router.queue_types.upload names.")
        .has("The queue has cake-up already, which is CAKE. Let it be:");
    assert_eq!(setup.fix("queue-type-missing"), Some(0));
}

#[test]
fn neither_the_named_queue_type_nor_any_cake() {
    let mut setup = broken("WAN-Upload", "queue", "default");
    setup.merge("router: { queue_types: { upload: cake-up-wan1 } }");
    setup
        .check()
        .exits(1)
        .has("/queue type add name=\"cake-up-wan1\" kind=cake");
    assert_eq!(setup.fix("queue-type-missing"), Some(0));
}

#[test]
fn cake_nat_on_downloads() {
    let mut setup = Setup::new();
    for kind in ["cake-down", "cake-up"] {
        setup
            .world
            .scene()
            .router
            .set_queue_type_property(kind, "cake-nat", "true");
    }
    let said = setup.check();
    said.exits(2)
        .has("The queue type cake-down has cake-nat on, and it serves downloads.")
        .has("190 to 870 ms")
        .has("/queue type set [find name=\"cake-down\"] cake-nat=no");
    assert!(
        !said.text.contains("cake-up has"),
        "uploads are not affected"
    );
    assert_eq!(setup.fix("cake-nat"), Some(0));
}

#[test]
fn a_second_shaper() {
    let mut setup = Setup::new();
    setup
        .world
        .scene()
        .router
        .set_queue_type_property("cake-up", "cake-bandwidth", "30000000");
    setup
        .check()
        .exits(2)
        .has("The queue type cake-up has cake-bandwidth 30000000.")
        .has("max-limit is what shapes, and what wanctl moves")
        .has("/queue type set [find name=\"cake-up\"] cake-bandwidth=0");
    assert_eq!(setup.fix("cake-bandwidth"), Some(0));
}

#[test]
fn a_large_bucket() {
    let mut setup = broken("WAN-Download", "bucket-size", "0.1");
    setup
        .check()
        .exits(2)
        .has("WAN-Download has bucket-size 0.1. After a quiet moment it lets 100 ms worth of traffic pass")
        .has("/queue tree set [find name=\"WAN-Download\"] bucket-size=0.01");
    assert_eq!(setup.fix("queue-bucket"), Some(0));
}

#[test]
fn limits_out_of_bounds() {
    for (limit, text) in [("900000000", "max-limit 900M"), ("0", "no max-limit")] {
        let mut setup = broken("WAN-Download", "max-limit", limit);
        setup
            .check()
            .exits(2)
            .has(&format!(
                "WAN-Download has {text}, and the file says 25M to 500M."
            ))
            .has("/queue tree set [find name=\"WAN-Download\"] max-limit=500000000");
        assert_eq!(setup.fix("queue-limit"), Some(0));
    }
}

#[test]
fn a_guaranteed_rate_and_a_burst_in_the_way() {
    let mut setup = broken("WAN-Upload", "limit-at", "20000000");
    setup
        .world
        .scene()
        .router
        .set_queue_property("WAN-Upload", "burst-limit", "50000000");
    setup
        .check()
        .exits(2)
        .has("WAN-Upload has limit-at 20M, above the floor of 10M.")
        .has("WAN-Upload has burst-limit 50000000.");
    setup.fix("queue-limit-at");
    assert_eq!(setup.fix("queue-burst"), Some(0));
}
