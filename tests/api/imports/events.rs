//! `GET …/imports/{id}/events`: progress as server-sent events.

use shared::import::{ImportState, ImportView};
use tests::{Market, on_both};

use super::{counts, done, rows, taken};

on_both!(progress_is_told_until_the_end, whoever_heard_the_end_is_told_not_to_come_again);

/// The events of a stream that has ended.
fn read(text: &str) -> Vec<(String, ImportView)> {
    let event = |block: &str| {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        assert_eq!(field("event"), Some("progress"), "{block}");
        (field("id").unwrap().to_owned(), serde_json::from_str(field("data").unwrap()).unwrap())
    };
    text.split("\n\n").filter(|block| !block.is_empty() && *block != ":").map(event).collect()
}

async fn progress_is_told_until_the_end(market: Market) {
    let partner = market.partner().await;
    let import = taken(&partner, "", &rows(6000)).await;
    let answer = partner.editor.get(&partner.path(&format!("/imports/{}/events", import.id))).await.status(200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let events = read(answer.text());
    assert!(events.len() > 1, "{}", answer.text());
    let read: Vec<u64> = events.iter().map(|(_, view)| view.counts.read).collect();
    assert!(read.is_sorted(), "{read:?}");
    let (_, last) = events.last().unwrap();
    assert_eq!((last.state, last.counts), (ImportState::Finished, counts(6000, 0, 0, 0)));
}

async fn whoever_heard_the_end_is_told_not_to_come_again(market: Market) {
    let partner = market.partner().await;
    let import = done(&partner, "", &rows(1)).await;
    let path = partner.path(&format!("/imports/{}/events", import.id));
    let events = read(partner.editor.get(&path).await.status(200).text());
    assert_eq!((events.len(), &events[0].1), (1, &import));
    partner.editor.get(&path).header("last-event-id", &events[0].0).await.status(204);
}
