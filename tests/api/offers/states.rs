//! `openapi/states.md` is the table that the crate `shared` has, written for people.

use std::fmt::Write;

use shared::offer::{Action, OfferState};

/// The table as it should be.
fn table() -> String {
    let mut text = String::from(
        "# States of an offer\n\n\
         What each state allows, and the state that follows. The table is that of `OfferState::apply` in \
         `shared/src/offer/state.rs`; a test holds this page to it. Everything else is refused with 409 \
         `state_conflict`, which names the present `state` and what is `allowed`.\n\n| |",
    );
    for action in Action::ALL {
        write!(text, " {} |", action.as_str()).unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(Action::ALL.len()));
    for state in OfferState::ALL {
        write!(text, "\n| **{}** |", state.as_str()).unwrap();
        for action in Action::ALL {
            write!(text, " {} |", cell(state, action)).unwrap();
        }
    }
    text.push_str(
        "\n\n- **edit**, **delete**, **submit**, **withdraw**, **pause**, **resume**, **end** are the partner's; \
         **approve**, **announce**, **reject**, **open** the ministry's, which may also do what the partner may.\n\
         - **waits in review**: the partner's edit of an offer that everybody sees is kept beside it (`pending`) while \
         the offer stays as it is. Then **approve** puts the edit in its place, **reject** and **withdraw** drop it, \
         and the state stays. The ministry's own edits need no review.\n\
         - **approve** of an offer without a start, or whose start has passed, opens it at once: `published`.\n\
         - The platform opens `scheduled` offers at `starts_at` and ends offers at `ends_at`.\n\
         - In a sandbox there is no ministry: **submit** publishes, and an edit counts at once.\n",
    );
    text
}

fn cell(state: OfferState, action: Action) -> String {
    match state.apply(action) {
        _ if action == Action::Delete => if state.can_delete() { "removed" } else { "–" }.to_owned(),
        None if state.edits_wait() && action.is_for_edits() => "the edit that waits".to_owned(),
        None => "–".to_owned(),
        Some(_) if action == Action::Edit && state.edits_wait() => "waits in review".to_owned(),
        Some(next) => next.as_str().to_owned(),
    }
}

#[test]
fn the_page_of_states_is_the_table() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/states.md");
    let expected = table();
    if std::env::var_os("WRITE_STATES").is_some() {
        std::fs::write(file, &expected).unwrap();
    }
    let there = std::fs::read_to_string(file).unwrap();
    assert_eq!(there, expected, "run this test with WRITE_STATES=1 to write it anew");
}
