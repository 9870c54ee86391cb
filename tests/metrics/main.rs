//! What Prometheus and Grafana are given: `/metrics` as it is really served, the dashboard and the rules of
//! `configs/`, judged by Prometheus' own `promtool`. Where that is missing, its part is skipped and said so.

mod alerts;
mod dashboard;
mod edges;
mod names;
mod promtool;
mod query;
mod served;
#[path = "../harness/wan_file.rs"]
mod wan_file;
