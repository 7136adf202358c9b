//! A table to begin with: all columns of a kind, and a row that shows how they are filled.

use shared::offer::Kind;

use super::csv::known_columns;
use crate::uploads::table::write;

/// The template of a kind: UTF-8 with a mark, parted by semicolons, as spreadsheets here open it.
pub fn template(kind: Kind) -> Vec<u8> {
    let columns = known_columns(Some(kind));
    let mut table = "\u{feff}".as_bytes().to_vec();
    write(&mut table, b';', columns.iter().map(String::as_str));
    write(&mut table, b';', columns.iter().map(|column| example(kind, column)));
    table
}

fn example(kind: Kind, column: &str) -> &'static str {
    let (area, unit) = match kind {
        Kind::InternetPackage => ("connectivity", "package"),
        Kind::DiscountedTariff => ("connectivity", "connection"),
        Kind::DeviceGrant | Kind::DiscountedDevice => ("devices", "device"),
        Kind::LongTermCredit => ("finance", "credit"),
        Kind::Course => ("learning", "place"),
        Kind::Event => ("culture", "ticket"),
    };
    match column {
        "external_id" => "numune-1",
        "kind" => kind.as_str(),
        "area" => area,
        "unit" => unit,
        "title.az" => "Nümunə",
        "title.en" => "Example",
        "title.ru" => "Пример",
        "summary.az" => "Bu sətri silin və öz təkliflərinizi yazın",
        "how_to_use.1.az" => "Kodu kassada göstərin",
        "audience" => "learner|educator",
        "regions" => "baku|guba_khachmaz",
        "quota" => "1000",
        "period" => "once",
        "max_quantity" => "1",
        "fulfilment" => "generated_code",
        "starts_at" => "01.01.2030 09:00",
        "ends_at" => "31.12.2030",
        "claim_days" => "30",
        "terms.data_mb" => "10000",
        "terms.speed_mbps" => "100",
        "terms.months" | "terms.guarantee_months" => "12",
        "terms.old_price" => "25,00",
        "terms.new_price" => "12,50",
        "terms.price" => "0",
        "terms.amount_min" => "500",
        "terms.amount_max" => "20000",
        "terms.yearly_rate_bp" => "1250",
        "terms.device.az" => "Noutbuk",
        "terms.purpose.az" => "Tədris üçün",
        "terms.hours" => "40",
        "terms.starts_on" => "15.01.2030",
        "terms.ends_on" => "15.03.2030",
        "terms.begins_at" => "20.03.2030 19:00",
        "terms.place.az" => "Bakı",
        _ => "",
    }
}
