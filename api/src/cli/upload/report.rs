//! What the uploader says, in the language of whoever runs it.

use shared::{
    Lang,
    import::{ImportState, ImportView, RowError},
};

use super::client::Failure;

/// Writes texts in a language.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    pub lang: Lang,
}

/// The widest that a cell of the table gets, in characters.
const CELL_MAX: usize = 60;

impl Report {
    fn say(self, az: &'static str, en: &'static str, ru: &'static str) -> &'static str {
        self.lang.pick(az, en, ru)
    }

    /// Beside the bar of sending.
    pub fn sending(self) -> &'static str {
        self.say("Göndərilir", "Sending", "Отправка")
    }

    /// Beside the bar of the server's work.
    pub fn working(self) -> &'static str {
        self.say("İşlənir", "Working", "Обработка")
    }

    /// The errors as a table: line, id, place, what is wrong and what to do. Empty where there are none.
    pub fn table(self, errors: &[RowError]) -> String {
        if errors.is_empty() {
            return String::new();
        }
        let head = [
            self.say("Sətir", "Line", "Строка"),
            "external_id",
            self.say("Yer", "Place", "Место"),
            self.say("Nə səhvdir", "What is wrong", "Что неверно"),
            self.say("Nə etməli", "What to do", "Что делать"),
        ]
        .map(ToOwned::to_owned);
        let row = |e: &RowError| {
            let id = e.external_id.clone().unwrap_or_default();
            [e.line.to_string(), id, e.pointer.clone(), e.message.clone(), e.remedy.clone()].map(|cell| cut(&cell))
        };
        let rows: Vec<[String; 5]> = std::iter::once(head).chain(errors.iter().map(row)).collect();
        let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default();
        let widths = [0, 1, 2, 3, 4].map(width);
        let mut table = String::new();
        for row in &rows {
            let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            table.push_str(cells.join("  ").trim_end());
            table.push('\n');
        }
        table
    }

    /// One line on what came of it, and why it failed where it did.
    pub fn summary(self, import: &ImportView, shown: usize) -> String {
        let c = &import.counts;
        let mut lines = Vec::new();
        if u64::try_from(shown).unwrap_or(u64::MAX) < import.errors {
            let rest = import.errors.saturating_sub(shown as u64);
            let more = self.say(
                "daha səhv var, hamısı --errors-out ilə",
                "more errors; --errors-out has all of them",
                "ещё ошибок; все — с --errors-out",
            );
            lines.push(format!("{rest} {more}"));
        }
        if let Some(failure) = &import.failure {
            lines.push(format!("{} {}", failure.message, failure.remedy));
        }
        let state = match (import.state, import.dry_run) {
            (ImportState::Finished, true) => self.say("Sınaq bitdi", "Dry run finished", "Пробный прогон завершён"),
            (ImportState::Finished, false) => self.say("Bitdi", "Finished", "Завершено"),
            (ImportState::Cancelled, _) => self.say("Dayandırılıb", "Cancelled", "Отменено"),
            _ => self.say("Alınmadı", "Failed", "Не удалось"),
        };
        let figures = [
            (self.say("oxundu", "read", "прочитано"), c.read),
            (self.say("yeni", "created", "создано"), c.created),
            (self.say("dəyişdi", "updated", "изменено"), c.updated),
            (self.say("eyni qaldı", "unchanged", "без изменений"), c.unchanged),
            (self.say("bitirildi", "ended", "завершено"), c.ended),
            (self.say("səhv", "failed", "с ошибками"), c.failed),
        ];
        let figures: Vec<String> = figures.iter().map(|(what, count)| format!("{what} {count}")).collect();
        lines.push(format!("{state}: {} ({})", figures.join(", "), import.id));
        lines.join("\n")
    }

    /// Why nothing came of it, and what to do.
    pub fn failure(self, failure: &Failure) -> String {
        match failure {
            Failure::Address(why) => {
                let what = self.say(
                    "ünvan https:// ilə başlamalıdır",
                    "the address must begin with https://",
                    "адрес должен начинаться с https://",
                );
                format!("{what}: {why}")
            }
            Failure::UnknownFormat => self
                .say(
                    "faylın adından formatı bilinmir: --format csv, json və ya ndjson yazın",
                    "the file's name does not tell its format: say --format csv, json or ndjson",
                    "по имени файла формат не ясен: укажите --format csv, json или ndjson",
                )
                .to_owned(),
            Failure::File(why) => why.clone(),
            Failure::Refused(problem) => {
                let mut said = format!("{} ({}, {})", problem.title, problem.code.as_str(), problem.request_id);
                if let Some(scope) = problem.extra.get("scope").and_then(|scope| scope.as_str()) {
                    said = format!("{said}: {scope}");
                }
                for error in &problem.errors {
                    said = format!("{said}\n{}: {}", error.pointer, error.message);
                }
                said
            }
            Failure::Answer(why) => {
                let what = self.say(
                    "server anlaşılmaz cavab verdi; ünvanı yoxlayın",
                    "the server's answer makes no sense; check the address",
                    "непонятный ответ сервера; проверьте адрес",
                );
                format!("{what}: {why}")
            }
            Failure::Unreachable(why) => {
                let what = self.say(
                    "serverə qoşulmaq olmur; bir az sonra yenidən cəhd edin",
                    "the server cannot be reached; try again a little later",
                    "сервер недоступен; попробуйте чуть позже",
                );
                format!("{what}: {why}")
            }
        }
    }
}

/// A cell without line breaks, cut where it is long.
fn cut(cell: &str) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.chars().count() <= CELL_MAX {
        return plain;
    }
    plain.chars().take(CELL_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::import::RowProblem;

    #[test]
    fn the_table_lines_up_and_has_no_line_breaks_of_its_own() {
        let error = |line, id: &str| RowProblem::duplicate(3).localised(line, Some(id.to_owned()), Lang::En);
        let table = Report { lang: Lang::En }.table(&[error(7, "a"), error(12, "b\nc\u{1b}[31m")]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        let place = lines[0].find("Place").unwrap_or_default();
        assert!(lines[1..].iter().all(|line| line[place..].starts_with("/external_id")), "{table}");
        assert!(!table.contains('\u{1b}'));
        assert_eq!(Report { lang: Lang::En }.table(&[]), "");
    }
}
