//! `GET …/imports/{id}/events`: progress as server-sent events.

use shared::{
    Page,
    account::Me,
    import::{ImportState, ImportView},
    partner::{ApiKeyView, KeyMode, Scope},
};
use tests::{Caller, Market, PATIENCE, eventually, on_both};
use tokio::time::timeout;

use super::{counts, done, rows, taken};

on_both!(
    progress_is_told_until_the_end,
    whoever_heard_the_end_is_told_not_to_come_again,
    a_stream_ends_with_the_right_to_hear_it,
);

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

async fn a_stream_ends_with_the_right_to_hear_it(market: Market) {
    let partner = market.partner().await;
    let import = done(&partner, "", &rows(1)).await;
    // One that waits for a folder that never comes: its stream would go on.
    let (db, nowhere) = (market.place.db().await, uuid::Uuid::now_v7());
    let (id, host) = (db.id(import.id.0), db.id(nowhere));
    db.run(&format!("UPDATE imports SET state = 'queued', finished_at = NULL, host = {host} WHERE id = {id}")).await;
    let path = partner.path(&format!("/imports/{}/events", import.id));
    let key = market.key_of(&partner, KeyMode::Live, &[Scope::ImportsWrite]).await;
    let editor: Me = partner.editor.get("/me").await.ok();
    let listen = |who: &Caller| tokio::spawn(who.get(&path).attempt());
    let (program, person) = (listen(&market.anon().bearer(&key)), listen(&partner.editor));
    let calls = async || {
        let keys: Page<ApiKeyView> = partner.owner.get(&partner.path("/api-keys")).await.ok();
        keys.items.into_iter().find(|view| key.contains(&view.id.0.simple().to_string())).expect("the key")
    };
    let view = eventually("the stream has begun", || async {
        let view = calls().await;
        (view.calls == 1).then_some(view)
    })
    .await;
    assert!(!program.is_finished() && !person.is_finished(), "it goes on");
    partner.owner.delete(&partner.path(&format!("/api-keys/{}", view.id))).await.done();
    let heard = timeout(PATIENCE, program).await.expect("the stream of the key ends").unwrap().expect("an answer");
    assert_eq!(read(heard.status(200).text()).len(), 1, "it was heard until then");
    assert!(!person.is_finished(), "the other one goes on");
    partner.owner.delete(&partner.path(&format!("/members/{}", editor.id))).await.done();
    timeout(PATIENCE, person).await.expect("the stream of the member ends").unwrap().expect("an answer").status(200);
}
