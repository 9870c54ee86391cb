//! That somebody is told where the traffic goes.

use crate::house::{COMMENT, House};
use crate::wait_for;
use crate::webhook::Webhook;

fn until_told(webhook: &Webhook, house: &House, expected: &[&str]) {
    let so = wait_for(30, || (webhook.told() == expected).then_some(()));
    assert!(so.is_some(), "{:?}\n{}", webhook.told(), house.log());
}

#[test]
fn steering_is_told_on_and_off() {
    let (webhook, mut house) = (Webhook::start(None), House::new());
    house.more = format!(
        "notices: {{ url: \"http://{}/x\", cooldown_sec: 1, kinds: [steering, rule] }}",
        webhook.address()
    );
    let daemon = house.start();
    daemon.until("measuring", |health| {
        health["measurement"]["delta_ms"].is_number()
    });
    // The first attempt is in vain.
    webhook.answer(Some(503));
    house.squeeze(true);
    until_told(&webhook, &house, &["steering problem"]);
    webhook.answer(Some(200));
    house.squeeze(false);
    until_told(&webhook, &house, &["steering problem", "steering resolved"]);
    let request = webhook.requests().remove(0);
    assert_eq!(request.head[0], "POST /x HTTP/1.1");
    let notice = request.json();
    assert_eq!(notice["wan"], "steering");
    assert_eq!(
        notice["title"],
        "steering: traffic is steered to the other line"
    );
    assert!(daemon.stop().success());
}

#[test]
fn a_rule_that_is_gone_is_told_and_when_it_is_back() {
    let (webhook, mut house) = (Webhook::start(None), House::new());
    house.more = format!(
        "notices: {{ url: \"http://{}/x\", cooldown_sec: 1, outage_sec: 1, kinds: [rule] }}",
        webhook.address()
    );
    let rename = |from, to| {
        let router = &mut house.world.scene().router;
        router.set_mangle_property(from, "comment", to);
    };
    rename(COMMENT, "something else");
    let daemon = house.start();
    until_told(&webhook, &house, &["rule problem"]);
    rename("something else", COMMENT);
    until_told(&webhook, &house, &["rule problem", "rule resolved"]);
    assert!(daemon.stop().success());
}
