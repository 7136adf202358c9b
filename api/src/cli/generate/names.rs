//! Names as people in Azerbaijan have them, put together by chance: none is meant to be anybody's.

use super::draw::Draw;

const WOMEN: &[&str] = &[
    "Aygün",
    "Aynur",
    "Aysel",
    "Aytən",
    "Çinarə",
    "Elnarə",
    "Fidan",
    "Gülnar",
    "Günay",
    "Günel",
    "Könül",
    "Lalə",
    "Leyla",
    "Ləman",
    "Mehriban",
    "Nərgiz",
    "Nigar",
    "Nuray",
    "Pərvanə",
    "Rəna",
    "Sevda",
    "Sevinc",
    "Səbinə",
    "Şəbnəm",
    "Şəhla",
    "Təranə",
    "Ülviyyə",
    "Vüsalə",
    "Xatirə",
    "Zeynəb",
    "Zəhra",
    "Züleyxa",
];

const MEN: &[&str] = &[
    "Anar", "Araz", "Cavid", "Ceyhun", "Elçin", "Eldar", "Elşən", "Emin", "Əli", "Fərid", "Fuad", "Hikmət", "Həsən",
    "İlqar", "İlkin", "Kamran", "Kənan", "Murad", "Nicat", "Orxan", "Pərviz", "Rauf", "Rəşad", "Ruslan", "Samir",
    "Şahin", "Tural", "Turqut", "Ülvi", "Vaqif", "Vüqar", "Zaur",
];

/// Names that take `a` for a woman.
const GENDERED: &[&str] = &[
    "Abbasov",
    "Abdullayev",
    "Ağayev",
    "Axundov",
    "Babayev",
    "Bağırov",
    "Cabbarov",
    "Cəfərov",
    "Əhmədov",
    "Əliyev",
    "Əsgərov",
    "Fərəcov",
    "Hacıyev",
    "Həsənov",
    "Hüseynov",
    "İbrahimov",
    "İsmayılov",
    "Kazımov",
    "Kərimov",
    "Quliyev",
    "Qurbanov",
    "Mahmudov",
    "Mehdiyev",
    "Məmmədov",
    "Musayev",
    "Mustafayev",
    "Nəbiyev",
    "Nəsirov",
    "Novruzov",
    "Orucov",
    "Rəhimov",
    "Rüstəmov",
    "Salmanov",
    "Səfərov",
    "Süleymanov",
    "Şərifov",
    "Tağıyev",
    "Vəliyev",
    "Yusifov",
    "Zeynalov",
];

/// Names that are the same for all.
const PLAIN: &[&str] = &[
    "Bayramlı",
    "Cavadlı",
    "Əhmədli",
    "Əlizadə",
    "Həsənli",
    "Hüseynli",
    "Kərimli",
    "Qasımlı",
    "Məmmədli",
    "Novruzlu",
    "Oruclu",
    "Rəhimli",
    "Rəsulzadə",
    "Salmanlı",
    "Səfərli",
    "Tağızadə",
    "Vəlizadə",
    "Yusifli",
];

/// A name.
pub fn person(draw: &mut Draw) -> String {
    let woman = draw.chance(54);
    let first = draw.pick(if woman { WOMEN } else { MEN });
    if draw.chance(25) {
        return format!("{first} {}", draw.pick(PLAIN));
    }
    let last = draw.pick(GENDERED);
    if woman { format!("{first} {last}a") } else { format!("{first} {last}") }
}
