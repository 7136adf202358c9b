//! The code pages of one byte a letter that files here may be in: those that are read, and those that are only named.

use std::sync::LazyLock;

use encoding_rs::{
    Encoding, IBM866, ISO_8859_5, KOI8_R, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251, WINDOWS_1254, X_MAC_CYRILLIC,
};

use super::letters::{AZERBAIJANI, Language, RUSSIAN, TURKISH};

/// The upper half of Apple's Turkish code page (`TURKISH.TXT` of Unicode's mappings).
const MAC_TURKISH: &str = "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸĞğİıŞş‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙ\u{f8a0}ˆ˜¯˘˙˚¸˝˛ˇ";
/// The upper half of the Turkish code page of DOS (`CP857.TXT`); what it leaves open is `\u{fffd}`.
const IBM857: &str = "ÇüéâäàåçêëèïîıÄÅÉæÆôöòûùİÖÜø£ØŞşáíóúñÑĞğ¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ºªÊËÈ\u{fffd}ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµ\u{fffd}×ÚÛÙìÿ¯´\u{ad}±\u{fffd}¾¶§÷¸°¨·¹³²■\u{a0}";

/// A code page.
#[derive(Debug)]
pub struct CodePage {
    /// As people know it.
    pub name: &'static str,
    /// How it is read; nothing where it is only named.
    pub reads: Option<&'static Encoding>,
    /// What each byte stands for.
    pub signs: [char; 256],
    /// The languages that are written in it.
    pub languages: &'static [&'static LazyLock<Language>],
}

static CYRILLIC: [&LazyLock<Language>; 1] = [&RUSSIAN];
static TURKIC: [&LazyLock<Language>; 2] = [&AZERBAIJANI, &TURKISH];

/// All of them, the likely ones first.
pub static CODE_PAGES: LazyLock<Vec<CodePage>> = LazyLock::new(|| {
    let known = |name, encoding: &'static Encoding, reads: bool, languages: &'static [_]| {
        let bytes: Vec<u8> = (128..=255).collect();
        let (upper, _) = encoding.decode_without_bom_handling(&bytes);
        CodePage { name, reads: reads.then_some(encoding), signs: signs(&upper), languages }
    };
    let named = |name, upper| CodePage { name, reads: None, signs: signs(upper), languages: &TURKIC };
    vec![
        known("windows-1251", WINDOWS_1251, true, &CYRILLIC),
        known("windows-1254", WINDOWS_1254, true, &TURKIC),
        known("IBM866", IBM866, false, &CYRILLIC),
        known("KOI8-R", KOI8_R, false, &CYRILLIC),
        known("ISO-8859-5", ISO_8859_5, false, &CYRILLIC),
        known("MacCyrillic", X_MAC_CYRILLIC, false, &CYRILLIC),
        named("MacTurkish", MAC_TURKISH),
        named("IBM857", IBM857),
    ]
});

fn signs(upper: &str) -> [char; 256] {
    let mut signs = ['\u{fffd}'; 256];
    let lower = (0..128_u8).map(char::from);
    signs.iter_mut().zip(lower.chain(upper.chars())).for_each(|(place, sign)| *place = sign);
    signs
}

/// The encoding of a label of the Encoding Standard, where it is one that is read.
pub fn of_label(label: &str) -> Option<&'static Encoding> {
    let read = [UTF_8, UTF_16LE, UTF_16BE, WINDOWS_1251, WINDOWS_1254];
    Encoding::for_label(label.as_bytes()).filter(|encoding| read.contains(encoding))
}

/// What begins like another kind of file.
pub fn other_file(start: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "Excel .xlsx / ZIP"),
        (b"\xd0\xcf\x11\xe0", "Excel .xls"),
        (b"%PDF", "PDF"),
        (b"\x1f\x8b", "gzip"),
        (b"\xff\xfe\0\0", "UTF-32"),
        (b"\0\0\xfe\xff", "UTF-32"),
    ];
    marks.iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, name)| *name)
}

/// UTF-16, by its mark or by the zeros of its Latin letters.
pub fn wide(start: &[u8]) -> Option<&'static Encoding> {
    if start.starts_with(b"\xff\xfe") {
        return Some(UTF_16LE);
    }
    if start.starts_with(b"\xfe\xff") {
        return Some(UTF_16BE);
    }
    let start = &start[..start.len().min(1024)];
    let pairs = start.len() / 2;
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = |zeros: usize| zeros > 0 && zeros * 10 >= pairs * 4;
    match () {
        () if many(odd) && even == 0 => Some(UTF_16LE),
        () if many(even) && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_page_has_all_its_signs() {
        for page in CODE_PAGES.iter() {
            assert!(page.signs[..128].iter().enumerate().all(|(at, sign)| u32::from(*sign) as usize == at));
            let upper: std::collections::HashSet<_> = page.signs[128..].iter().collect();
            assert!(upper.len() >= 125, "{}: {}", page.name, upper.len());
        }
        for (upper, bytes, text) in
            [(MAC_TURKISH, [0xdd, 0xdc, 0xdf, 0xdb], "ıİşğ"), (IBM857, [0x8d, 0x98, 0x9f, 0xa7], "ıİşğ")]
        {
            let signs = signs(upper);
            assert_eq!(bytes.map(|byte: u8| signs[usize::from(byte)]).iter().collect::<String>(), text);
        }
    }
}
