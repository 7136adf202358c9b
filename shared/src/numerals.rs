//! Suffixes after numbers in Azerbaijani. They follow the last vowel of the number as it is spoken (vowel harmony:
//! *Azərbaycan dilinin orfoqrafiya normaları*, 2019): `3-cü`, `6-cı`, `9-cu`, `30 000-dən`, `40-dan`.

/// The last vowel of a number as it is spoken: `u` for 9 (doqquz), `ı` for 40 (qırx).
const fn last_vowel(n: u64) -> char {
    const ONES: [char; 10] = ['ı', 'i', 'i', 'ü', 'ö', 'e', 'ı', 'i', 'i', 'u'];
    const TENS: [char; 10] = ['ü', 'o', 'i', 'u', 'ı', 'i', 'ı', 'i', 'ə', 'a'];
    match (n, n % 10, n / 10 % 10, n / 100 % 10) {
        (0, ..) => 'ı',
        (_, 1.., ..) => ONES[(n % 10) as usize],
        (_, 0, 1.., _) => TENS[(n / 10 % 10) as usize],
        // Yüz.
        (_, 0, 0, 1..) => 'ü',
        _ => large(n),
    }
}

/// The last vowel of a number that ends with three zeros.
const fn large(n: u64) -> char {
    match n {
        // Min, milyon, milyard, trilyon.
        _ if !n.is_multiple_of(1_000_000) => 'i',
        _ if !n.is_multiple_of(1_000_000_000) => 'o',
        _ if !n.is_multiple_of(1_000_000_000_000) => 'a',
        _ => 'o',
    }
}

/// The suffix of an ordinal number: `-cı`, `-ci`, `-cu` or `-cü`.
const fn ordinal_suffix(n: u64) -> &'static str {
    match last_vowel(n) {
        'a' | 'ı' => "-cı",
        'o' | 'u' => "-cu",
        'ö' | 'ü' => "-cü",
        _ => "-ci",
    }
}

/// The suffix for "from" or "out of": `-dan` or `-dən`.
const fn ablative_suffix(n: u64) -> &'static str {
    if is_back(n) { "-dan" } else { "-dən" }
}

/// Whether the last vowel is one of the back of the mouth.
const fn is_back(n: u64) -> bool {
    matches!(last_vowel(n), 'a' | 'ı' | 'o' | 'u')
}

/// Puts a value into a text in the place of `{name}`. Where the value is a number, also one in groups such as `30 000`, a
/// suffix that follows it in the text, `{name}-ci` or `{name}-dən`, becomes the one that goes with it.
pub fn fill(text: &str, name: &str, value: &str) -> String {
    let place = format!("{{{name}}}");
    let digits: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let Ok(n) = digits.parse::<u64>() else { return text.replace(&place, value) };
    text.replace(&format!("{place}-ci"), &format!("{value}{}", ordinal_suffix(n)))
        .replace(&format!("{place}-dən"), &format!("{value}{}", ablative_suffix(n)))
        .replace(&place, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinal_follows_the_last_vowel() {
        for (n, spoken) in [
            (0, "0-cı"),   // sıfırıncı
            (1, "1-ci"),   // birinci
            (2, "2-ci"),   // ikinci
            (3, "3-cü"),   // üçüncü
            (4, "4-cü"),   // dördüncü
            (5, "5-ci"),   // beşinci
            (6, "6-cı"),   // altıncı
            (7, "7-ci"),   // yeddinci
            (8, "8-ci"),   // səkkizinci
            (9, "9-cu"),   // doqquzuncu
            (10, "10-cu"), // onuncu
            (20, "20-ci"), // iyirminci
            (30, "30-cu"), // otuzuncu
            (40, "40-cı"), // qırxıncı
            (50, "50-ci"), // əllinci
            (60, "60-cı"), // altmışıncı
            (70, "70-ci"), // yetmişinci
            (80, "80-ci"), // səksəninci
            (90, "90-cı"), // doxsanıncı
            (13, "13-cü"),
            (100, "100-cü"), // yüzüncü
            (106, "106-cı"),
            (2000, "2000-ci"),                // iki mininci
            (30_100, "30100-cü"),             // otuz min yüzüncü
            (1_000_000, "1000000-cu"),        // bir milyonuncu
            (1_000_000_000, "1000000000-cı"), // bir milyardıncı
        ] {
            assert_eq!(format!("{n}{}", ordinal_suffix(n)), spoken);
        }
    }

    #[test]
    fn out_of_follows_the_last_vowel() {
        for (n, suffix) in [
            (0, "-dan"),      // sıfırdan
            (9, "-dan"),      // doqquzdan
            (10, "-dan"),     // ondan
            (20, "-dən"),     // iyirmidən
            (40, "-dan"),     // qırxdan
            (50, "-dən"),     // əllidən
            (100, "-dən"),    // yüzdən
            (30_000, "-dən"), // otuz mindən
            (1_000_000, "-dan"),
        ] {
            assert_eq!(ablative_suffix(n), suffix, "{n}");
        }
    }

    #[test]
    fn a_text_is_filled_with_what_fits() {
        assert_eq!(fill("{line}-ci sətir", "line", "3"), "3-cü sətir");
        assert_eq!(fill("{min}-dən çox, {min}", "min", "6"), "6-dan çox, 6");
        assert_eq!(fill("{quota}-dən {left}", "quota", "30\u{a0}010"), "30\u{a0}010-dan {left}");
        assert_eq!(fill("In line {line}", "line", "3"), "In line 3");
        assert_eq!(fill("{name}-ci", "name", "ADSL"), "ADSL-ci");
        assert_eq!(fill("{max}", "min", "3"), "{max}");
    }
}
