//! Every code that an upload or a row of it can be refused with, with what it means and what to do about it.

use crate::{names::names, problem::FieldCode, text::Lang};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $cdoc:literal])+ $code:ident = $text:literal,
        [$az:literal, $en:literal, $ru:literal], [$raz:literal, $ren:literal, $rru:literal];)+ })+) => {$(
        names! {
            $(#[doc = $doc])+
            $name { $($(#[doc = $cdoc])+ $code = $text),+ }
        }

        impl $name {
            /// What is wrong, with what it is about still open.
            pub const fn message(self, lang: Lang) -> &'static str {
                match self { $(Self::$code => lang.pick($az, $en, $ru),)+ }
            }

            /// What to do about it, with what it is about still open.
            pub const fn remedy(self, lang: Lang) -> &'static str {
                match self { $(Self::$code => lang.pick($raz, $ren, $rru),)+ }
            }
        }
    )+};
}

codes! {
    /// What is wrong with a row, or with one field of it.
    RowCode {
        /// It is missing.
        Required = "required",
        ["Bu sahə lazımdır", "This is required", "Это поле обязательно"],
        ["Sahəni doldurun.", "Fill it in.", "Заполните его."];
        /// It is shorter than `{min}` characters.
        TooShort = "too_short",
        ["Ən azı {min} simvol olmalıdır", "Use at least {min} characters", "Не менее {min} символов"],
        ["Daha uzun yazın.", "Write more.", "Напишите длиннее."];
        /// It is longer than `{max}` characters, or has more than `{max}` entries.
        TooLong = "too_long",
        ["Ən çoxu {max} ola bilər", "At most {max} are allowed", "Не более {max}"],
        ["Qısaldın.", "Make it shorter.", "Сократите."];
        /// A number outside `{min}`–`{max}`.
        OutOfRange = "out_of_range",
        ["{min} ilə {max} arasında olmalıdır", "It must be from {min} to {max}", "Должно быть от {min} до {max}"],
        ["Bu aralıqdan bir ədəd yazın.", "Write a number in this range.", "Напишите число из этого промежутка."];
        /// Not in the form that is needed.
        InvalidFormat = "invalid_format",
        ["Düzgün yazılmayıb", "This is not in the right form", "Неверный формат"],
        ["Şablondakı nümunəyə baxın. Xarici kodda yalnız latın hərfləri, rəqəmlər və . _ : - ola bilər, keçid https:// ilə başlayır.",
         "See the example in the template. An external id has only Latin letters, digits and . _ : -, a link begins with https://.",
         "Посмотрите пример в шаблоне. Во внешнем коде — только латинские буквы, цифры и . _ : -, ссылка начинается с https://."];
        /// A character that nobody sees, or that turns the text around it: `{point}`.
        InvisibleCharacter = "invisible_character",
        ["Mətndə görünməyən işarə var: {point}", "There is an invisible character in the text: {point}", "В тексте есть невидимый символ: {point}"],
        ["Mətni köçürmək əvəzinə yenidən yazın.", "Type the text again instead of pasting it.", "Наберите текст заново, не вставляя его."];
        /// Another type of value is needed.
        WrongType = "wrong_type",
        ["Dəyərin növü yanlışdır", "The value has the wrong type", "Неверный тип значения"],
        ["Bu sahənin necə yazıldığına şablonda baxın.", "See in the template how this field is written.", "Посмотрите в шаблоне, как пишется это поле."];
        /// Not one of the allowed values.
        UnknownValue = "unknown_value",
        ["Belə dəyər yoxdur", "This is not one of the allowed values", "Такого значения нет"],
        ["İcazə verilən dəyərlərdən birini yazın; siyahıda dəyərləri | ilə ayırın.",
         "Write one of the allowed values; in a list, put | between them.",
         "Напишите одно из допустимых значений; в списке разделяйте их знаком |."];
        /// A field or a column that does not exist here.
        UnknownField = "unknown_field",
        ["Belə sahə və ya sütun yoxdur", "There is no such field or column", "Такого поля или столбца нет"],
        ["Adın yazılışını yoxlayın və ya onu çıxarın; bu növün sütunları şablondadır.",
         "Check how its name is written, or leave it out; the template has the columns of this kind.",
         "Проверьте название или уберите его; столбцы этого вида есть в шаблоне."];
        /// It must be later than the other time.
        NotAfter = "not_after",
        ["Başlanğıcdan sonra olmalıdır", "It must be later than the start", "Должно быть позже начала"],
        ["Başlanğıcı və ya sonu dəyişin.", "Change the start or the end.", "Измените начало или конец."];
        /// It must be less than the other amount.
        NotLess = "not_less",
        ["Əvvəlkindən az olmalıdır", "It must be less than the former one", "Должно быть меньше прежнего"],
        ["Qiymətlərin yerini yoxlayın.", "Check whether the two amounts are in the right places.", "Проверьте, не перепутаны ли суммы."];
        /// The same entry twice.
        Duplicate = "duplicate",
        ["Təkrarlanır", "It is there twice", "Повторяется"],
        ["Birini silin.", "Remove one of them.", "Удалите один из них."];
        /// It does not go together with another field.
        NotAllowed = "not_allowed",
        ["Bu halda olmamalıdır", "It is not allowed here", "Здесь недопустимо"],
        ["Əvvəlki dəyəri saxlayın və ya sahəni boşaldın.", "Keep what was there before, or leave it out.", "Оставьте прежнее значение или уберите поле."];
        /// The row has no external id.
        MissingExternalId = "missing_external_id",
        ["Sətrin xarici kodu yoxdur", "The row has no external id", "В строке нет внешнего кода"],
        ["external_id sahəsinə öz kodunuzu yazın: təklif sonra da onunla tapılır.",
         "Put your own code into external_id: the offer is found by it the next time, too.",
         "Впишите свой код в external_id: по нему предложение находится и в следующий раз."];
        /// The same external id is twice in the file; the first is at line `{min}`.
        DuplicateExternalId = "duplicate_external_id",
        ["Bu xarici kod artıq {min}-ci sətirdə var", "This external id is already in line {min}", "Этот внешний код уже есть в строке {min}"],
        ["Sətirlərdən birini silin və ya kodunu dəyişin.", "Remove one of the rows, or change its id.", "Удалите одну из строк или измените её код."];
        /// A program such as Excel shortened a long number: `1,23E+11`.
        ShortenedNumber = "shortened_number",
        ["Cədvəl proqramı uzun kodu qısaldıb, rəqəmləri itib", "The spreadsheet shortened a long code, and its digits are lost", "Табличная программа сократила длинный код, его цифры потеряны"],
        ["Sütunun formatını «Mətn» edin və kodu yenidən yazın.", "Set the column's format to Text and enter the code again.", "Задайте столбцу формат «Текст» и введите код заново."];
        /// The row could not be read: quotes that do not match, or broken JSON.
        BrokenRow = "broken_row",
        ["Sətir oxunmadı", "The row could not be read", "Строку не удалось прочитать"],
        ["Dırnaq işarələrini, mötərizələri və vergülləri yoxlayın; dırnaq içindəki dırnaq iki dəfə yazılır (JSON-da \\\").",
         "Check its quotes, brackets and commas; a quote within quotes is written twice (in JSON as \\\").",
         "Проверьте кавычки, скобки и запятые; кавычка внутри кавычек пишется дважды (в JSON — как \\\")."];
        /// The row is not in UTF-8.
        InvalidEncoding = "invalid_encoding",
        ["Sətir UTF-8 kodlaşdırmasında deyil", "The row is not in UTF-8", "Строка не в кодировке UTF-8"],
        ["Faylı UTF-8 kimi saxlayın.", "Save the file as UTF-8.", "Сохраните файл в UTF-8."];
        /// The row has `{min}` cells where the heading has `{max}`; those that are left out at the end are blank.
        WrongNumberOfColumns = "wrong_number_of_columns",
        ["Sətirdə {min} xana var, başlıqda isə {max}", "The row has {min} cells, the heading has {max}", "В строке ячеек: {min}, а в заголовке: {max}"],
        ["Ayırıcı işarəsi olan mətni dırnağa alın.",
         "Put texts that contain the separator into quotes.",
         "Тексты с разделителем возьмите в кавычки."];
        /// The row is JSON, but no object.
        NotAnObject = "not_an_object",
        ["Sətir obyekt deyil", "The row is not an object", "Строка — не объект"],
        ["Hər təklifi {…} şəklində yazın.", "Write each offer as {…}.", "Запишите каждое предложение как {…}."];
        /// The row is larger than 256 KiB.
        RowTooLarge = "row_too_large",
        ["Sətir 256 KiB-dan böyükdür", "The row is larger than 256 KiB", "Строка больше 256 КиБ"],
        ["Mətnləri qısaldın və bağlanmamış dırnaq işarəsi olub-olmadığını yoxlayın.",
         "Shorten its texts, and look for a quote that is not closed.",
         "Сократите тексты и проверьте, нет ли незакрытой кавычки."];
        /// Not a number, or not a whole one where that is needed.
        InvalidNumber = "invalid_number",
        ["Bu, tələb olunan ədəd deyil", "This is not the number that is needed", "Это не то число, которое нужно"],
        ["Yalnız rəqəmlərlə yazın: 1500; məbləği belə: 12,50.", "Write it with digits alone: 1500; an amount like this: 12.50.", "Пишите только цифрами: 1500; сумму так: 12,50."];
        /// A number that could be read in two ways: `1.250`.
        AmbiguousNumber = "ambiguous_number",
        ["Ədəd iki cür oxuna bilər: minlik, yoxsa kəsr?", "The number can be read in two ways: thousands or a fraction?", "Число можно прочесть двояко: тысячи или дробь?"],
        ["Minlikləri ayırmadan yazın: 1250; kəsri iki rəqəmlə: 1,25.", "Write thousands without a separator: 1250; a fraction with two digits: 1.25.", "Тысячи пишите слитно: 1250; дробь — двумя цифрами: 1,25."];
        /// Not a date or time that can be read without guessing.
        InvalidDate = "invalid_date",
        ["Tarix oxunmadı", "The date could not be read", "Дату не удалось прочитать"],
        ["Belə yazın: 31.12.2026, 31.12.2026 18:00 (Bakı vaxtı) və ya 2026-12-31.",
         "Write it as 31.12.2026, 31.12.2026 18:00 (Baku time) or 2026-12-31.",
         "Пишите так: 31.12.2026, 31.12.2026 18:00 (бакинское время) или 2026-12-31."];
        /// A time that could be read in two ways: midnight at which something ends.
        AmbiguousTime = "ambiguous_time",
        ["Bitmə vaxtı gecə yarısıdır: günün əvvəli, yoxsa sonu?", "The end is at midnight: the beginning of that day or its end?", "Окончание в полночь: это начало дня или его конец?"],
        ["Bütün gün üçün yalnız tarixi yazın: 31.12.2026; yoxsa dəqiq vaxtı: 31.12.2026 18:00.",
         "For the whole day write the date alone: 31.12.2026; otherwise the exact time: 31.12.2026 18:00.",
         "Для всего дня напишите только дату: 31.12.2026; иначе точное время: 31.12.2026 18:00."];
        /// Letters became question marks when the file was saved in an encoding that does not have them.
        LostLetters = "lost_letters",
        ["Mətndə hərflərin yerində sual işarələri var: hərflər itib", "Question marks stand in place of letters: the letters are lost", "Вместо букв стоят вопросительные знаки: буквы потеряны"],
        ["Mətni yenidən yazın və faylı «CSV UTF-8» kimi saxlayın: başqa kodlaşdırmalarda ə hərfi yoxdur.",
         "Write the text again and save the file as “CSV UTF-8”: other encodings do not have the letter ə.",
         "Напишите текст заново и сохраните файл как «CSV UTF-8»: в других кодировках нет буквы ə."];
        /// The text was read in another encoding than it was written in, before it came here: `MÉ™lumat`.
        MangledText = "mangled_text",
        ["Mətnin hərfləri pozulub: əvvəllər səhv kodlaşdırmada açılıb", "The letters are mangled: the text was opened in a wrong encoding before", "Буквы искажены: раньше текст открыли в неверной кодировке"],
        ["Mətni ilkin mənbədən yenidən götürün; proqramda faylı «UTF-8» kimi açın və saxlayın.",
         "Take the text from where it came from again; open and save the file as UTF-8 there.",
         "Возьмите текст из первоисточника ещё раз; открывайте и сохраняйте файл в UTF-8."];
        /// A spreadsheet's error stands in place of the value: `#N/A`, `#REF!`, `####`.
        SpreadsheetError = "spreadsheet_error",
        ["Dəyərin yerində cədvəl proqramının xətası var", "A spreadsheet's error stands in place of the value", "Вместо значения стоит ошибка табличной программы"],
        ["Cədvəldə düsturu düzəldin və ya dəyəri özünüz yazın, sonra faylı yenidən saxlayın.",
         "Correct the formula in the spreadsheet or write the value yourself, then save the file again.",
         "Исправьте формулу в таблице или впишите значение сами, затем сохраните файл снова."];
        /// The offer is over, so nothing about it changes any more.
        OfferEnded = "offer_ended",
        ["Təklif başa çatıb", "The offer has ended", "Предложение завершено"],
        ["Yeni xarici kodla yeni təklif yaradın.", "Make a new offer with another external id.", "Создайте новое предложение с другим внешним кодом."];
    }

    /// Why a whole upload failed.
    FileCode {
        /// The file is in an encoding, or of a type, that is not read; `name` says which.
        UnsupportedEncoding = "unsupported_encoding",
        ["Fayl bu şəkildə oxunmur: {name}", "This kind of file is not read: {name}", "Такой файл не читается: {name}"],
        ["«CSV UTF-8» kimi saxlayın. Windows-1254-də və Windows-1251-də ə hərfi yoxdur, ona görə UTF-8 seçin.",
         "Save it as “CSV UTF-8”. Windows-1254 and Windows-1251 do not have the letter ə, so choose UTF-8.",
         "Сохраните как «CSV UTF-8». В Windows-1254 и Windows-1251 нет буквы ə, поэтому выберите UTF-8."];
        /// The file could be in more than one encoding; `name` has the candidates with what each makes of a word of it.
        DoubtfulEncoding = "doubtful_encoding",
        ["Faylın kodlaşdırması bəlli deyil. Belə oxuna bilər: {name}", "The file's encoding is doubtful. It could be read as {name}", "Кодировка файла неясна. Его можно прочесть так: {name}"],
        ["Faylı «CSV UTF-8» kimi saxlayın; proqramlar kodlaşdırmanı Content-Type başlığında charset ilə göstərə bilər.",
         "Save it as “CSV UTF-8”; programs can name the encoding as charset in Content-Type.",
         "Сохраните его как «CSV UTF-8»; программы могут указать кодировку в Content-Type (charset)."];
        /// From `line` on the file is in another encoding than before.
        MixedEncodings = "mixed_encodings",
        ["{line}-ci sətirdən sonra faylın kodlaşdırması dəyişir", "After line {line} the file's encoding changes", "После строки {line} кодировка файла меняется"],
        ["Fayl çox güman ki, iki fayldan birləşdirilib: hamısını UTF-8 kimi saxlayın.",
         "It was probably put together from two files: save all of it as UTF-8.",
         "Вероятно, файл собран из двух: сохраните его целиком в UTF-8."];
        /// There is nothing in the file.
        EmptyFile = "empty_file",
        ["Faylda heç nə yoxdur", "There is nothing in the file", "В файле ничего нет"],
        ["Faylı yoxlayın və yenidən göndərin.", "Check the file and send it again.", "Проверьте файл и отправьте снова."];
        /// The first line of a table is not a heading with known columns.
        NoHeader = "no_header",
        ["Birinci sətirdə sütunların adları yoxdur", "The first line does not have the names of the columns", "В первой строке нет названий столбцов"],
        ["Şablonu yükləyin və birinci sətrini olduğu kimi saxlayın; external_id sütunu mütləqdir.",
         "Download the template and keep its first line as it is; the column external_id has to be there.",
         "Скачайте шаблон и оставьте первую строку как есть; столбец external_id обязателен."];
        /// A column is there twice; `name` says which.
        DuplicateColumn = "duplicate_column",
        ["«{name}» sütunu iki dəfə var", "The column “{name}” is there twice", "Столбец «{name}» есть дважды"],
        ["Sütunlardan birini silin.", "Remove one of the two.", "Удалите один из двух."];
        /// The table has more than 500 columns, or a heading that is too long.
        TooManyColumns = "too_many_columns",
        ["Cədvəlin sütunları həddən çoxdur", "The table has too many columns", "В таблице слишком много столбцов"],
        ["Artıq sütunları silin; lazım olanlar şablondadır.", "Remove those that are not needed; the template has those that are.", "Удалите лишние; нужные есть в шаблоне."];
        /// The file is not JSON, or not a list of offers, or it is cut off; `row`, `line` and `byte` say where.
        NotJson = "not_json",
        ["Fayl {row} nömrəli təklifdən ({line}-ci sətir, {byte}-ci bayt) sonra JSON siyahısı kimi oxunmur",
         "From entry {row} on (line {line}, byte {byte}) the file cannot be read as a JSON list",
         "Начиная с записи {row} (строка {line}, байт {byte}) файл не читается как список JSON"],
        ["Faylın tam olduğunu yoxlayın; təklifləri [{…}, {…}] və ya {\"items\": [{…}]} şəklində göndərin.",
         "Check that the file is complete; send the offers as [{…}, {…}] or {\"items\": [{…}]}.",
         "Проверьте, полон ли файл; отправьте предложения как [{…}, {…}] или {\"items\": [{…}]}."];
        /// Brackets are nested too deep; `line` says where.
        TooDeep = "too_deep",
        ["{line}-ci sətirdə mötərizələr həddən dərindir", "In line {line} the brackets are nested too deep", "В строке {line} слишком глубокая вложенность"],
        ["Şablondakı quruluşa əməl edin.", "Keep to the structure of the template.", "Придерживайтесь структуры шаблона."];
        /// `replace_all` would have ended `count` offers, more than allowed. None was ended.
        TooManyDeletes = "too_many_deletes",
        ["Faylda olmayan {count} təklif bitməli idi, bu, icazə veriləndən çoxdur; heç biri bitirilmədi",
         "{count} offers are not in the file and would have ended, more than is allowed; none was ended",
         "В файле нет {count} предложений, они завершились бы — это больше допустимого; ни одно не завершено"],
        ["Faylın tam olduğunu yoxlayın; belə olmalıdırsa, max_delete_percent dəyərini artırın.",
         "Check that the file is complete; if it is, raise max_delete_percent.",
         "Проверьте, полон ли файл; если так и задумано, увеличьте max_delete_percent."];
        /// `count` rows are wrong and the upload asked for all or nothing. Nothing was applied.
        RowsRefused = "rows_refused",
        ["{count} sətirdə səhv var; heç nə tətbiq edilmədi", "{count} rows are wrong; nothing was applied", "Строк с ошибками: {count}; ничего не применено"],
        ["Səhvləri düzəldin və yenidən göndərin, ya da on_error=skip_rows seçin.",
         "Correct the rows and send the file again, or choose on_error=skip_rows.",
         "Исправьте строки и отправьте файл снова или выберите on_error=skip_rows."];
        /// `count` rows are wrong and have no external id, so it cannot be told which offers are missing. None was ended.
        NamelessRows = "nameless_rows",
        ["{count} sətrin xarici kodu oxunmadı, ona görə hansı təkliflərin çatmadığı bilinmir; heç biri bitirilmədi",
         "{count} rows have no external id that can be read, so it is not known which offers are missing; none was ended",
         "В строках ({count}) не прочитан внешний код, поэтому неизвестно, каких предложений нет; ни одно не завершено"],
        ["Bu sətirləri düzəldin və faylı bütöv göndərin.", "Correct these rows and send the whole file again.", "Исправьте эти строки и отправьте файл целиком."];
        /// The partner may not publish offers now: it is suspended.
        PartnerNotActive = "partner_not_active",
        ["Tərəfdaş hazırda fəal deyil", "The partner is not active now", "Партнёр сейчас не активен"],
        ["Nazirliyə müraciət edin, sonra faylı yenidən göndərin.", "Ask the ministry, then send the file again.", "Обратитесь в министерство, затем отправьте файл снова."];
        /// What was sent is not there any more.
        FileLost = "file_lost",
        ["Göndərilmiş fayl artıq serverdə yoxdur", "The file that was sent is no longer on the server", "Отправленного файла больше нет на сервере"],
        ["Faylı yenidən göndərin: tətbiq edilmiş sətirlər dəyişməz qalacaq.",
         "Send the file again: rows that were applied stay as they are.",
         "Отправьте файл снова: уже применённые строки не изменятся."];
        /// The server failed.
        Internal = "internal",
        ["Bizdə xəta baş verdi", "Something went wrong on our side", "У нас произошла ошибка"],
        ["Bir az sonra faylı yenidən göndərin.", "Send the file again a little later.", "Отправьте файл снова чуть позже."];
    }
}

impl From<FieldCode> for RowCode {
    fn from(code: FieldCode) -> Self {
        match code {
            FieldCode::Required => Self::Required,
            FieldCode::TooShort => Self::TooShort,
            FieldCode::TooLong => Self::TooLong,
            FieldCode::OutOfRange => Self::OutOfRange,
            FieldCode::InvisibleCharacter => Self::InvisibleCharacter,
            FieldCode::WrongType => Self::WrongType,
            FieldCode::UnknownValue => Self::UnknownValue,
            FieldCode::UnknownField => Self::UnknownField,
            FieldCode::NotAfter => Self::NotAfter,
            FieldCode::NotLess => Self::NotLess,
            FieldCode::Duplicate => Self::Duplicate,
            FieldCode::NotAllowed => Self::NotAllowed,
            // The others are of fields that no offer has: passwords, addresses of mail.
            _ => Self::InvalidFormat,
        }
    }
}
