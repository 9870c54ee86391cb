//! The contract of the REST face, one test per documented behaviour (reference: routeros.md).

mod checklist;
mod console;
mod failures;
mod menus;
mod queue_path;
mod reads;
mod refusals;
mod rows;
mod users;
mod writes;

use super::http::{Request, Response};
use super::{Router, RouterOptions, cli, profile};
use crate::time::Instant;
use crate::units::Rate;

const TREE: &str = "/rest/queue/tree";
const DOWN: &str = "/rest/queue/tree/*1000000";

const MANGLE: &str = "/rest/ip/firewall/mangle";
const RULE: &str = "/rest/ip/firewall/mangle/*1";
const ADDRESS_LIST: &str = "/rest/ip/firewall/address-list";
const LISTS: [&str; 11] = [
    TREE,
    "/rest/ip/firewall/filter",
    "/rest/ip/service",
    "/rest/user",
    "/rest/user/group",
    "/rest/user/active",
    "/rest/queue/type",
    "/rest/queue/simple",
    MANGLE,
    ADDRESS_LIST,
    "/rest/interface",
];

fn signed(method: &str, path: &str) -> Request {
    Request::new(method, path).signed("wanctl", "secret")
}

/// A router with a steering rule beside its queues.
fn steering_router() -> Router {
    let mut router = router();
    router.add_mangle(&[
        ("action", "mark-routing"),
        ("chain", "prerouting"),
        ("comment", "ADAPTIVE: steer"),
        ("new-routing-mark", "to-ATT"),
        ("passthrough", "true"),
        ("src-address", "10.0.0.5"),
    ]);
    router
}

fn router() -> Router {
    Router::new(&RouterOptions::default())
}

fn older(profile: profile::Profile) -> Router {
    Router::new(&RouterOptions {
        profile,
        ..RouterOptions::default()
    })
}

/// Somebody with every right at the router's own terminal.
fn terminal(router: &mut Router, line: &str) -> String {
    router.run_terminal(Instant::ZERO, line).output
}

/// Asks with good credentials; the status and the body's text.
fn ask(router: &mut Router, method: &str, path: &str, body: &str) -> (u16, String) {
    let request = Request::new(method, path)
        .signed("wanctl", "secret")
        .carrying(body);
    let response = router.answer(Instant::ZERO, &request);
    let text = String::from_utf8(response.body).expect("the double writes UTF-8");
    (response.status, text)
}

fn get(path: &str) -> (u16, String) {
    ask(&mut router(), "GET", path, "")
}

fn refused(status: u16, detail: &str, message: &str) -> (u16, String) {
    let body = format!(r#"{{"detail":"{detail}","error":{status},"message":"{message}"}}"#);
    (status, body)
}

fn bad_request(detail: &str) -> (u16, String) {
    refused(400, detail, "Bad Request")
}

/// The one queue of the download, as RouterOS prints it (2.1).
const DOWN_OBJECT: &str = concat!(
    r#"{".id":"*1000000","bucket-size":"0.1","burst-limit":"0","burst-threshold":"0","#,
    r#""burst-time":"0s","bytes":"0","disabled":"false","dropped":"0","invalid":"false","#,
    r#""limit-at":"0","max-limit":"500000000","name":"WAN-Download","packet-mark":"","#,
    r#""packet-rate":"0","packets":"0","parent":"bridge","priority":"8","queue":"cake-down","#,
    r#""queued-bytes":"0","queued-packets":"0","rate":"0"}"#
);
