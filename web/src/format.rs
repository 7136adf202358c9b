//! Numbers, money and dates in the language's own form. The browser's own formatter has no Azerbaijani in some
//! browsers, so the few forms that the page needs stand here.

mod dates;
mod numbers;

pub use dates::{calendar_day, date, day, day_month, moment, month, time};
pub use numbers::{Form, data, file_size, money, number, percent, plural, rate};
