//! When an open page asks anew: the month in Baku has turned, so that monthly offers can be claimed again, or the tab is
//! looked at again after it was out of sight for long.

use std::{sync::LazyLock, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::month::Month;

use crate::browser;

/// How often the clock is looked at. Pages are opened at different moments, so those that are open when a month turns
/// ask spread over this time.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// What was shown before a tab was out of sight for so long is out of date.
const LONG: TimeDelta = TimeDelta::minutes(5);

static ROUND: LazyLock<ArcRwSignal<u32>> = LazyLock::new(ArcRwSignal::default);

/// Tells whoever calls this in an effect, such as a loader, when to ask anew.
pub fn follow() {
    ROUND.track();
}

/// Looks at the clock from now on, and calls `renewed` before the loaders ask anew.
pub fn watch(renewed: fn()) {
    let seen = StoredValue::new(Seen::new(browser::now()));
    let look = move || {
        let is_out_of_date = seen.try_update_value(|seen| seen.look(browser::now(), browser::is_in_sight()));
        if is_out_of_date == Some(true) {
            renewed();
            ROUND.update(|round| *round += 1);
        }
    };
    set_interval(look, LOOK_EVERY);
    let _ = window_event_listener_untyped("visibilitychange", move |_| look());
}

/// What is known of the time at which the page was looked at.
#[derive(Clone, Copy, Debug)]
struct Seen {
    month: Month,
    out_of_sight_since: Option<DateTime<Utc>>,
}

impl Seen {
    fn new(now: DateTime<Utc>) -> Self {
        Self { month: Month::of(now), out_of_sight_since: None }
    }

    /// Returns whether what the page shows is out of date. A page that is out of sight waits until it is seen.
    fn look(&mut self, now: DateTime<Utc>, in_sight: bool) -> bool {
        if !in_sight {
            self.out_of_sight_since.get_or_insert(now);
            return false;
        }
        let was_away = self.out_of_sight_since.take().is_some_and(|since| now - since >= LONG);
        let month = std::mem::replace(&mut self.month, Month::of(now));
        was_away || month != self.month
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_open_page_asks_anew_once_when_the_month_turns_in_baku() {
        let mut seen = Seen::new(at("2026-11-30T19:58:00Z"));
        assert!(!seen.look(at("2026-11-30T19:59:59Z"), true));
        assert!(seen.look(at("2026-11-30T20:00:00Z"), true));
        assert!(!seen.look(at("2026-11-30T20:00:30Z"), true));
        // A device whose clock is set back.
        assert!(seen.look(at("2026-11-30T19:00:00Z"), true));
    }

    #[test]
    fn a_page_out_of_sight_asks_when_it_is_seen_again() {
        let mut seen = Seen::new(at("2026-11-30T19:58:00Z"));
        assert!(!seen.look(at("2026-11-30T19:59:00Z"), false));
        assert!(!seen.look(at("2026-11-30T20:00:30Z"), false));
        assert!(seen.look(at("2026-11-30T20:01:00Z"), true), "the month has turned");
        assert!(!seen.look(at("2026-12-02T08:00:00Z"), false));
        assert!(!seen.look(at("2026-12-02T08:00:10Z"), true), "a moment is nothing");
        assert!(!seen.look(at("2026-12-02T09:00:00Z"), false));
        assert!(!seen.look(at("2026-12-02T09:04:00Z"), false));
        assert!(seen.look(at("2026-12-02T09:05:00Z"), true), "five minutes are long");
        assert!(!seen.look(at("2026-12-02T09:05:30Z"), true));
    }
}
