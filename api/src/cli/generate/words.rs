//! What synthetic offers are about, in three languages.

use shared::{
    LocalText,
    offer::{Area, Audience, Region},
};

/// The same in Azerbaijani, English and Russian.
pub type Words = [&'static str; 3];

/// As a text of an offer.
pub fn text([az, en, ru]: Words) -> LocalText {
    LocalText::new(az, en, ru)
}

/// Texts with a name, and whom it is for, put in: `{name}` and `{whom}`.
pub fn about(pattern: Words, name: Words, whom: Words) -> LocalText {
    let [az, en, ru] =
        std::array::from_fn(|lang| pattern[lang].replace("{name}", name[lang]).replace("{whom}", whom[lang]));
    LocalText::new(az, en, ru)
}

/// For whom an offer is, after its name.
pub fn whom(audience: &[Audience]) -> Words {
    match audience {
        [Audience::Educator] => ["müəllimlər üçün", "for teachers", "для учителей"],
        [Audience::Learner] => ["şagird və tələbələr üçün", "for pupils and students", "для школьников и студентов"],
        [Audience::Institution] => {
            ["təhsil müəssisələri üçün", "for educational institutions", "для учебных заведений"]
        }
        _ => ["təhsildə olan hər kəs üçün", "for everyone in education", "для всех, кто учит и учится"],
    }
}

/// A town of each region, in the order of `Region::ALL`.
pub const TOWNS: &[Words] = &[
    ["Bakı", "Baku", "Баку"],
    ["Sumqayıt", "Sumgayit", "Сумгаит"],
    ["Şamaxı", "Shamakhi", "Шемаха"],
    ["Gəncə", "Ganja", "Гянджа"],
    ["Şuşa", "Shusha", "Шуша"],
    ["Tovuz", "Tovuz", "Товуз"],
    ["Quba", "Guba", "Губа"],
    ["Lənkəran", "Lankaran", "Ленкорань"],
    ["Mingəçevir", "Mingachevir", "Мингячевир"],
    ["İmişli", "Imishli", "Имишли"],
    ["Naxçıvan", "Nakhchivan", "Нахчыван"],
    ["Şəki", "Shaki", "Шеки"],
    ["Zəngilan", "Zangilan", "Зангилан"],
    ["Şirvan", "Shirvan", "Ширван"],
];

/// The town of a region.
pub fn town(region: Region) -> Words {
    let at = Region::ALL.iter().position(|r| *r == region).unwrap_or_default();
    TOWNS[at % TOWNS.len()]
}

pub const PACKAGES: &[Words] = &[
    ["mobil internet paketi", "mobile internet package", "пакет мобильного интернета"],
    ["ev interneti paketi", "home internet package", "пакет домашнего интернета"],
    ["distant dərs paketi", "distance learning package", "пакет для дистанционных уроков"],
    ["məktəb interneti paketi", "school internet package", "пакет школьного интернета"],
    ["gecə internet paketi", "night internet package", "ночной интернет-пакет"],
];

pub const TARIFFS: &[Words] = &[
    ["Fiber-optik internet tarifi", "Fibre internet tariff", "Тариф на оптоволоконный интернет"],
    ["Mobil rabitə tarifi", "Mobile tariff", "Тариф мобильной связи"],
    ["Rəqəmsal televiziya və internet", "Digital television and internet", "Цифровое телевидение и интернет"],
    ["Ailə tarifi", "Family tariff", "Семейный тариф"],
];

pub const DEVICES: &[Words] = &[
    ["Noutbuk 15,6 düym", "15.6-inch laptop", "Ноутбук 15,6 дюйма"],
    ["Planşet 10 düym", "10-inch tablet", "Планшет 10 дюймов"],
    ["Monoblok kompüter", "All-in-one computer", "Моноблок"],
    ["Masaüstü kompüter", "Desktop computer", "Настольный компьютер"],
    ["Lazer printer", "Laser printer", "Лазерный принтер"],
    ["İnteraktiv lövhə", "Interactive whiteboard", "Интерактивная доска"],
    ["Proyektor", "Projector", "Проектор"],
    ["Robototexnika dəsti", "Robotics kit", "Набор по робототехнике"],
    ["Elektron kitab oxuyucusu", "E-book reader", "Электронная книга"],
    ["Veb-kamera və qulaqlıq", "Webcam and headset", "Веб-камера и гарнитура"],
];

pub const PURPOSES: &[Words] = &[
    ["Məktəblərdə internet mərkəzləri", "Internet centres in schools", "Интернет-центры в школах"],
    ["İnformatika kabinetləri", "Computer classrooms", "Кабинеты информатики"],
    ["Kənd kitabxanaları", "Village libraries", "Сельские библиотеки"],
    ["STEAM laboratoriyaları", "STEAM laboratories", "STEAM-лаборатории"],
];

pub const CREDITS: &[Words] = &[
    ["Kompüter üçün uzunmüddətli kredit", "Long-term credit for a computer", "Долгосрочный кредит на компьютер"],
    ["Təhsil krediti", "Education credit", "Образовательный кредит"],
    ["Mənzil təmiri krediti", "Home improvement credit", "Кредит на ремонт жилья"],
    ["Peşəkar inkişaf krediti", "Professional development credit", "Кредит на повышение квалификации"],
];

pub const COURSES: &[(Area, Words)] = &[
    (Area::Learning, ["Python ilə proqramlaşdırma", "Programming with Python", "Программирование на Python"]),
    (Area::Learning, ["İngilis dili, B1 səviyyəsi", "English, level B1", "Английский язык, уровень B1"]),
    (Area::Learning, ["Məlumatların təhlili", "Data analysis", "Анализ данных"]),
    (Area::Learning, ["Robototexnikanın əsasları", "Basics of robotics", "Основы робототехники"]),
    (Area::Learning, ["Rəqəmsal təhlükəsizlik", "Digital safety", "Цифровая безопасность"]),
    (Area::Learning, ["Müasir pedaqogika", "Modern pedagogy", "Современная педагогика"]),
    (
        Area::Learning,
        ["Riyaziyyat olimpiadasına hazırlıq", "Maths olympiad training", "Подготовка к олимпиаде по математике"],
    ),
    (Area::Art, ["Tar ifaçılığı", "Playing the tar", "Игра на таре"]),
    (Area::Art, ["Xalçaçılıq", "Carpet weaving", "Ковроткачество"]),
    (Area::Art, ["Qrafik dizayn", "Graphic design", "Графический дизайн"]),
    (Area::Art, ["Akvarel rəssamlığı", "Watercolour painting", "Акварельная живопись"]),
    (Area::Sport, ["Şahmat məktəbi", "Chess school", "Шахматная школа"]),
    (Area::Sport, ["Üzgüçülük", "Swimming", "Плавание"]),
    (Area::Sport, ["Voleybol", "Volleyball", "Волейбол"]),
    (Area::Culture, ["Muğam sənəti", "The art of mugham", "Искусство мугама"]),
];

pub const EVENTS: &[(Area, Words)] = &[
    (Area::Culture, ["Muğam axşamı", "Mugham evening", "Вечер мугама"]),
    (Area::Culture, ["Teatr tamaşası", "Theatre performance", "Театральный спектакль"]),
    (Area::Culture, ["Muzeylər gecəsi", "Night of museums", "Ночь музеев"]),
    (Area::Culture, ["Kitab yarmarkası", "Book fair", "Книжная ярмарка"]),
    (Area::Art, ["Rəsm sərgisi", "Painting exhibition", "Выставка живописи"]),
    (Area::Art, ["Simfonik konsert", "Symphony concert", "Симфонический концерт"]),
    (Area::Sport, ["Yarımmarafon", "Half marathon", "Полумарафон"]),
    (Area::Sport, ["Şahmat turniri", "Chess tournament", "Шахматный турнир"]),
    (Area::Learning, ["Elm festivalı", "Science festival", "Фестиваль науки"]),
    (Area::Learning, ["Müəllimlər konfransı", "Teachers' conference", "Конференция учителей"]),
];

/// A sentence for cards.
pub const SUMMARIES: &[Words] = &[
    [
        "{name} {whom}. Sayı məhduddur, kod dərhal verilir.",
        "{name} {whom}. The number is limited; the code comes at once.",
        "{name} {whom}. Количество ограничено, код выдаётся сразу.",
    ],
    ["{name} {whom} sərfəli şərtlərlə.", "{name} {whom}, on favourable terms.", "{name} {whom} на выгодных условиях."],
    [
        "Tərəfdaşın dəstəyi ilə: {name} {whom}.",
        "With our partner's support: {name} {whom}.",
        "При поддержке партнёра: {name} {whom}.",
    ],
];

/// More about it.
pub const DESCRIPTIONS: &[Words] = &[
    [
        "Bu təklif nümunə məlumatıdır. {name} {whom} nəzərdə tutulub. Təklifi götürdükdən sonra kodu satış nöqtəsində göstərin; şərtlər müddət bitənədək dəyişmir.",
        "This offer is sample data. {name} is meant {whom}. Once you have claimed it, show the code at the point of sale; the terms stay as they are until it ends.",
        "Это предложение — пример данных. {name} {whom}. Получив его, покажите код в точке продаж; условия не меняются до конца срока.",
    ],
    [
        "Nümunə məlumatı: {name}. Təklif {whom} hazırlanıb və ölkə üzrə seçilmiş bölgələrdə keçərlidir.",
        "Sample data: {name}. The offer was made {whom} and is valid in the chosen regions of the country.",
        "Пример данных: {name}. Предложение подготовлено {whom} и действует в выбранных регионах страны.",
    ],
];

/// How to use it, step by step.
pub const STEPS: &[Words] = &[
    ["Burada götürün və kodunuzu alın.", "Claim it here and get your code.", "Получите его здесь вместе с кодом."],
    ["Şəxsiyyət vəsiqənizi götürün.", "Take your identity card along.", "Возьмите с собой удостоверение личности."],
    [
        "Kodu tərəfdaşın satış nöqtəsində göstərin.",
        "Show the code at the partner's point of sale.",
        "Покажите код в точке продаж партнёра.",
    ],
];
