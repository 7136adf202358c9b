//! Checks of scenarios.

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

use crate::{
    database::{Offer, Period},
    protocol::Fault,
    scenario::{Request, Scenario, Task},
    set::Set,
};

pub const ONCE: Option<Period> = Some(Period::Once);
pub const MONTHLY: Option<Period> = Some(Period::Monthly);

/// A claim that is asked for.
pub const fn ask(claimant: usize, offer: usize) -> Request {
    Request { claimant, offer, sends: 1 }
}

/// A claim that is asked for and may be sent again with its key.
pub const fn ask_again(claimant: usize, offer: usize) -> Request {
    Request { claimant, offer, sends: 2 }
}

/// An edit of an offer's quota.
pub const fn set_quota(offer: usize, quota: u8) -> Task {
    Task::Edit { offers: Set::of_one(offer), period: None, quota: Some(quota), is_open: None }
}

/// An edit of an offer's period, and perhaps its quota.
pub const fn set_period(offer: usize, period: Option<Period>, quota: Option<u8>) -> Task {
    Task::Edit { offers: Set::of_one(offer), period, quota, is_open: None }
}

/// An offer is paused or resumed.
pub const fn set_open(offer: usize, is_open: bool) -> Task {
    Task::Edit { offers: Set::of_one(offer), period: None, quota: None, is_open: Some(is_open) }
}

/// A protocol with requests and what runs beside them.
pub fn scenario(faults: &[Fault], requests: &[Request], tasks: &[Task]) -> Scenario {
    Scenario { requests: requests.to_vec(), tasks: tasks.to_vec(), ..Scenario::new(faults) }
}

/// The same with monthly offers, and a month that begins at some moment.
pub fn at_the_turn(scenario: Scenario) -> Scenario {
    let offers = scenario.offers.map(|offer| Offer { period: Period::Monthly, ..offer });
    Scenario { offers, turns: 1, ..scenario }
}

/// Whether the larger scenarios are checked, too.
pub fn is_full() -> bool {
    std::env::var("MODEL").is_ok_and(|model| model == "full")
}

/// Checks that all properties hold, whatever happens.
pub fn holds(scenario: Scenario) {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let begun = std::time::Instant::now();
    let checker = scenario.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    println!("{} moments in {:.1?}: {:?}", checker.unique_state_count(), begun.elapsed(), checker.model().tasks);
    checker.assert_properties();
    assert!(checker.is_done());
}

/// Checks that a property can be broken, and shows how.
pub fn breaks(property: &'static str, scenario: Scenario) {
    let broken = HasDiscoveries::AnyOf(BTreeSet::from([property]));
    let checker = scenario.checker().finish_when(broken).spawn_bfs().join();
    let path = checker.discovery(property);
    println!("{} moments until it does not hold that {property}:", checker.unique_state_count());
    let Some(path) = path else { panic!("it always holds that {property}") };
    for action in path.into_actions() {
        println!("    {action:?}");
    }
}
