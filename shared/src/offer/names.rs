//! The closed lists that an offer is described with.

use crate::{account::Role, names::names};

names! {
    /// What is given. Each kind has its own typed terms.
    Kind {
        /// A package of mobile or fixed internet.
        InternetPackage = "internet_package",
        /// A tariff at a lower price.
        DiscountedTariff = "discounted_tariff",
        /// Devices as a gift.
        DeviceGrant = "device_grant",
        /// A device at a lower price.
        DiscountedDevice = "discounted_device",
        /// A credit over a long time.
        LongTermCredit = "long_term_credit",
        /// A course.
        Course = "course",
        /// An event.
        Event = "event",
    }

    /// The field that an offer helps in.
    Area {
        /// Being online.
        Connectivity = "connectivity",
        /// Computers, tablets, phones.
        Devices = "devices",
        /// Credit.
        Finance = "finance",
        /// Culture.
        Culture = "culture",
        /// Art.
        Art = "art",
        /// Sport.
        Sport = "sport",
        /// Learning.
        Learning = "learning",
    }

    /// For whom an offer is.
    Audience {
        /// Pupils and students.
        Learner = "learner",
        /// Teachers.
        Educator = "educator",
        /// Schools and other institutions, through their heads.
        Institution = "institution",
    }

    /// How often an offer can be claimed.
    Period {
        /// Once.
        Once = "once",
        /// Once in each calendar month (Asia/Baku), with a quota for each month.
        Monthly = "monthly",
    }

    /// How a claim is turned into the thing.
    Fulfilment {
        /// By a code that the platform makes.
        GeneratedCode = "generated_code",
        /// By a code of the partner's own.
        CodePool = "code_pool",
        /// On the partner's site.
        Link = "link",
        /// The partner gets in touch.
        Contact = "contact",
    }

    /// What a quota counts.
    Unit {
        /// Packages.
        Package = "package",
        /// Connections.
        Connection = "connection",
        /// Computers.
        Computer = "computer",
        /// Devices.
        Device = "device",
        /// Credits.
        Credit = "credit",
        /// Places.
        Place = "place",
        /// Tickets.
        Ticket = "ticket",
    }

    /// The economic regions of Azerbaijan (presidential decree of 7 July 2021).
    Region {
        /// Bakı.
        Baku = "baku",
        /// Abşeron-Xızı.
        AbsheronKhizi = "absheron_khizi",
        /// Dağlıq Şirvan.
        MountainousShirvan = "mountainous_shirvan",
        /// Gəncə-Daşkəsən.
        GanjaDashkasan = "ganja_dashkasan",
        /// Qarabağ.
        Karabakh = "karabakh",
        /// Qazax-Tovuz.
        GazakhTovuz = "gazakh_tovuz",
        /// Quba-Xaçmaz.
        GubaKhachmaz = "guba_khachmaz",
        /// Lənkəran-Astara.
        LankaranAstara = "lankaran_astara",
        /// Mərkəzi Aran.
        CentralAran = "central_aran",
        /// Mil-Muğan.
        MilMughan = "mil_mughan",
        /// Naxçıvan.
        Nakhchivan = "nakhchivan",
        /// Şəki-Zaqatala.
        ShakiZagatala = "shaki_zagatala",
        /// Şərqi Zəngəzur.
        EasternZangezur = "eastern_zangezur",
        /// Şirvan-Salyan.
        ShirvanSalyan = "shirvan_salyan",
    }
}

impl Audience {
    /// The role that claims for this audience.
    pub const fn role(self) -> Role {
        match self {
            Self::Learner => Role::Learner,
            Self::Educator => Role::Educator,
            Self::Institution => Role::InstitutionHead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_json_is_the_name_in_the_database() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for region in Region::ALL {
            assert_eq!(serde_json::to_value(region).unwrap(), region.as_str());
        }
    }
}
