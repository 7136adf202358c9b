//! The till by camera: the picture of a claim's own QR code before a camera that the browser plays from a file.

use std::{fmt::Write as _, path::Path};

use serde_json::Value;
use shared::{account::Role, partner::MemberRole};
use tests::{Kind, Offer, browser::Browser, run_alone};

use crate::{
    PHONE,
    desk::{self, at},
    market, settled,
};

/// The camera's picture, in pixels.
const WIDTH: usize = 640;
const HEIGHT: usize = 480;
/// Pixels of a module, and modules of a side with the light zone around.
const SCALE: usize = 12;
const SIDE: usize = 29;

#[test]
fn a_code_is_read_by_the_camera() {
    run_alone(Kind::Sqlite, |_| scan());
}

async fn scan() {
    let market = market().await;
    let partner = market.partner().await;
    let offer = Offer::once().publish_at(&market, &partner.slug).await;
    let person = market.signed_up(Role::Learner).await;
    let claim = person.caller.claimed(offer.id).await;
    let film = market.place.folder.path().join(format!("{}.y4m", claim.id));
    write_film(&film, &modules(&claim.qr));

    let browser = Browser::open_before_camera(PHONE, &film).await;
    desk::sign_in(&browser, &market, &partner, MemberRole::Cashier).await;
    browser.goto(&at(&market, &partner, "/till")).await;
    settled(&browser).await;
    browser.click(".till-camera").await;
    browser.until("document.querySelector('[data-testid=till-valid]')").await;
    let read = browser.eval("return document.querySelector('input[name=code]').value.replaceAll('-', '')").await;
    assert_eq!(read, claim.code.as_str().replace('-', ""));
    // It is off again once it has read.
    browser.until("document.querySelector('.till-camera[aria-pressed=false]')").await;
    assert_eq!(browser.eval("return document.querySelector('video').srcObject").await, Value::Null);
    browser.screenshot("till-scanned").await;
    browser.click("[data-testid=till-redeem] button").await;
    browser.until("document.querySelector('[data-testid=till-redeemed]')").await;
    let redeemed: Value = person.caller.get(&format!("/claims/{}", claim.id)).await.ok();
    assert_eq!(redeemed["state"], "redeemed");
    assert_eq!(browser.complaints().await, [] as [String; 0]);
    std::fs::remove_file(&film).expect("the film is there");
}

/// The dark modules of the SVG that the page shows: rows `M{x} {y}.5h{length}` that go on with `m{gap} 0h{length}`.
fn modules(svg: &str) -> Vec<[bool; SIDE]> {
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let mut rows = vec![[false; SIDE]; SIDE];
    let path = svg.rsplit_once(" d=\"").and_then(|(_, rest)| rest.split('"').next()).expect("a path");
    for row in path.split('M').filter(|row| !row.is_empty()) {
        let (x, rest) = row.split_once(' ').expect("a place");
        let (y, lines) = rest.split_once(".5h").expect("a length");
        let (mut x, y) = (number(x), number(y));
        for (nth, line) in lines.split('m').enumerate() {
            let (gap, length) = if nth == 0 { ("0", line) } else { line.split_once(" 0h").expect("a gap") };
            x += number(gap);
            rows[y][x..x + number(length)].fill(true);
            x += number(length);
        }
    }
    rows
}

/// A film of one picture, shown again and again (YUV4MPEG2, 4:2:0, ten pictures a second).
fn write_film(path: &Path, rows: &[[bool; SIDE]]) {
    let mut head = String::new();
    write!(head, "YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n").expect("a text");
    let (left, top) = ((WIDTH - SIDE * SCALE) / 2, (HEIGHT - SIDE * SCALE) / 2);
    let dark = |x: usize, y: usize| {
        let module = |at: usize, from: usize| at.checked_sub(from).map(|at| at / SCALE).filter(|at| *at < SIDE);
        module(y, top).zip(module(x, left)).is_some_and(|(row, column)| rows[row][column])
    };
    let light = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let luma = light.map(|(x, y)| if dark(x, y) { 16 } else { 235 });
    let chroma = std::iter::repeat_n(128, WIDTH * HEIGHT / 2);
    let film: Vec<u8> = head.into_bytes().into_iter().chain(luma).chain(chroma).collect();
    std::fs::write(path, film).expect("a film");
}
