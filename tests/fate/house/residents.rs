//! The two daemons.

use wanctl::autorate::{Autorate, Wan};
use wanctl::cli::assemble::state_defaults;
use wanctl::control::actuator::Order;
use wanctl::direction::Direction;
use wanctl::program::{Fact, WanId};
use wanctl::report::state;
use wanctl::report::steering::state as steering_state;
use wanctl::router::queues::Event;
use wanctl::router::steering as rule;
use wanctl::sim::scene::Scene;
use wanctl::steer::{Fact as SteerFact, Steer};
use wanctl::steering::rule::Switch;
use wanctl::units::Rate;

use super::daemon::Resident;
use super::world::World;
use crate::params::{Both2, queue_ways, rule_ways, steer_params, steering_config, wan, wan_params};
use crate::plan::{Plan, Who};
use crate::planted::{Bent, Bug};

impl Resident for Autorate {
    const WHO: Who = Who::Autorate;
    const PAPER: usize = 0;

    fn lines(plan: &Plan) -> usize {
        plan.home.wans
    }

    fn start(plan: &Plan, world: &mut World) -> (Self, Vec<Both2<Self::Talk>>) {
        let mut wans = heapless::Vec::new();
        for line in 0..plan.home.wans {
            let defaults = state_defaults(wan(plan.law, line));
            let paper = world.disk.read(line, &mut world.random);
            let saved = paper.and_then(|bytes| {
                let read = state::parse(&bytes, &defaults);
                read.inspect_err(|_| world.disk.makes_no_sense(line)).ok()
            });
            let params = wan_params(plan.law, plan.route, line, saved);
            assert!(wans.push(Wan::new(world.now, params)).is_ok());
        }
        let program = Self::new(wans, false);
        let links = (0..plan.home.wans).map(|line| queue_ways(plan.law, plan.route, line));
        (program, links.collect())
    }

    fn is_answer(event: &Event) -> bool {
        matches!(event, Event::Holds { .. } | Event::Refused { .. })
    }

    fn number(order: Order) -> u64 {
        order.rate.as_bps() ^ order.direction as u64
    }

    fn limit(order: Order) -> Option<(Direction, Rate)> {
        Some((order.direction, order.rate))
    }

    fn number_of(event: &Event) -> Option<u64> {
        match event {
            Event::Holds { rate, bytes, .. } => {
                Some(rate.as_bps() ^ bytes.unwrap_or(0).rotate_left(32))
            }
            _ => None,
        }
    }

    fn bend_order(bug: &mut Bug, scene: &Scene, order: Order) -> Bent<Order, Event> {
        bug.bend_limit(scene, order)
    }

    fn bend_event(bug: &mut Bug, wan: WanId, event: Event) -> (Event, Option<Order>) {
        bug.bend_holding(wan, event)
    }

    fn is_cycle(fact: &Fact) -> bool {
        matches!(fact, Fact::Cycle { .. })
    }
}

impl Resident for Steer {
    const WHO: Who = Who::Steering;
    const PAPER: usize = 2;

    fn lines(_: &Plan) -> usize {
        2
    }

    fn start(plan: &Plan, world: &mut World) -> (Self, Vec<Both2<Self::Talk>>) {
        let config = steering_config();
        let prefix = config.topology.state_prefix();
        let paper = world.disk.read(Self::PAPER, &mut world.random);
        let read = |bytes: Vec<u8>| {
            let read = steering_state::parse(&bytes, &prefix, config.params.history_size);
            read.inspect_err(|_| world.disk.makes_no_sense(Self::PAPER))
                .ok()
        };
        let params = steer_params(plan.route, paper.and_then(read));
        let program = Self::new(world.now, params);
        (program, vec![rule_ways(plan.route)])
    }

    fn is_answer(event: &rule::Event) -> bool {
        matches!(
            event,
            rule::Event::Rule { .. } | rule::Event::Counted { .. } | rule::Event::Refused { .. }
        )
    }

    fn number(order: rule::Order) -> u64 {
        match order {
            rule::Order::Count => 0,
            rule::Order::Read => 1,
            rule::Order::Set(Switch::Off) => 2,
            rule::Order::Set(Switch::On) => 3,
        }
    }

    fn limit(_: rule::Order) -> Option<(Direction, Rate)> {
        None
    }

    fn number_of(event: &rule::Event) -> Option<u64> {
        match event {
            rule::Event::Counted { counters, .. } => Some(counters.packets ^ counters.bytes),
            _ => None,
        }
    }

    fn bend_order(_: &mut Bug, _: &Scene, order: rule::Order) -> Bent<rule::Order, rule::Event> {
        Bent::Straight(order)
    }

    fn bend_event(
        bug: &mut Bug,
        _: WanId,
        event: rule::Event,
    ) -> (rule::Event, Option<rule::Order>) {
        (bug.bend_rule(event), None)
    }

    fn is_cycle(fact: &SteerFact) -> bool {
        matches!(fact, SteerFact::Cycle { .. })
    }
}
