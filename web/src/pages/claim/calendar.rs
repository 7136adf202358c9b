//! A code's last day for one's calendar (RFC 5545).

use shared::{claim::ClaimView, month::day_of};

use crate::{
    browser,
    format::calendar_day,
    language::{lang_now, locale},
};

/// Offers the last day of a code as a calendar file.
pub fn add(claim: &ClaimView) {
    if let Some(file) = file(claim) {
        browser::download("virtual-market.ics", "text/calendar;charset=utf-8", &file);
    }
}

fn file(claim: &ClaimView) -> Option<String> {
    let lang = lang_now();
    let day = day_of(claim.expires_at?);
    let stamp = claim.created_at.format("%Y%m%dT%H%M%SZ");
    let until = leptos_i18n::td_string!(locale(lang), claim.until);
    let title = escape(&format!("{}: {}", until, claim.offer.title.get(lang)));
    let about = escape(&format!("{}, {}", claim.offer.partner.name, claim.code));
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Virtual market//EN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@virtual-market", claim.id),
        format!("DTSTAMP:{stamp}"),
        format!("DTSTART;VALUE=DATE:{}", calendar_day(day)),
        format!("SUMMARY:{title}"),
        format!("DESCRIPTION:{about}"),
        "BEGIN:VALARM".to_owned(),
        "ACTION:DISPLAY".to_owned(),
        format!("DESCRIPTION:{title}"),
        "TRIGGER:-P3D".to_owned(),
        "END:VALARM".to_owned(),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    Some(lines.map(|line| fold(&line) + "\r\n").concat())
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace('\n', "\\n")
}

/// Lines of at most 75 bytes, without cutting through a letter.
fn fold(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > 73 {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_and_escaped() {
        assert_eq!(escape("a, b; c\\"), "a\\, b\\; c\\\\");
        let folded = fold(&"ə".repeat(60));
        assert!(folded.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(folded.replace("\r\n ", ""), "ə".repeat(60));
    }
}
