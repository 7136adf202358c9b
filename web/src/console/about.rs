//! What a partner says of itself: the fields that the application and the profile share.

use leptos::prelude::*;
use shared::{LocalText, partner::PartnerProfile};

use crate::{
    components::{
        field::{Area, Field, Input, no_help},
        form::Form,
    },
    language::tr,
};

/// The fields, as they are written.
#[derive(Clone, Copy)]
pub struct About {
    pub name: RwSignal<String>,
    az: RwSignal<String>,
    en: RwSignal<String>,
    ru: RwSignal<String>,
    website: RwSignal<String>,
    contact_name: RwSignal<String>,
    contact_email: RwSignal<String>,
    contact_phone: RwSignal<String>,
}

/// One of the fields: its name in the form, what it is called, and where it is written.
pub type Place = (&'static str, fn() -> &'static str, RwSignal<String>);

impl About {
    /// Empty fields.
    pub fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            name: empty(),
            az: empty(),
            en: empty(),
            ru: empty(),
            website: empty(),
            contact_name: empty(),
            contact_email: empty(),
            contact_phone: empty(),
        }
    }

    /// Fields with what is known.
    pub fn of(profile: &PartnerProfile) -> Self {
        let fields = Self::new();
        for (place, text) in fields.places().iter().zip(values(profile)) {
            place.2.set(text);
        }
        fields
    }

    /// All fields, in their order.
    pub fn places(self) -> [Place; 8] {
        [
            ("name", || tr!(about.name)(), self.name),
            ("about/az", || tr!(about.about_az)(), self.az),
            ("about/en", || tr!(about.about_en)(), self.en),
            ("about/ru", || tr!(about.about_ru)(), self.ru),
            ("website", || tr!(about.website)(), self.website),
            ("contact_name", || tr!(about.contact_name)(), self.contact_name),
            ("contact_email", || tr!(about.contact_email)(), self.contact_email),
            ("contact_phone", || tr!(about.contact_phone)(), self.contact_phone),
        ]
    }

    /// The text about the partner; without Azerbaijani it is refused, unless there is none at all.
    pub fn about(self) -> LocalText {
        LocalText { az: text(self.az).unwrap_or_default(), en: text(self.en), ru: text(self.ru) }
    }

    pub fn website(self) -> Option<String> {
        text(self.website)
    }

    pub fn contact_name(self) -> Option<String> {
        text(self.contact_name)
    }

    pub fn contact_email(self) -> Option<String> {
        text(self.contact_email)
    }

    pub fn contact_phone(self) -> Option<String> {
        text(self.contact_phone)
    }

    /// The text in three languages, and the site.
    pub fn show_company(self, form: Form) -> AnyView {
        view! {
            <Area form name="about/az" label=tr!(about.about_az) help=tr!(about.about_help) value=self.az/>
            <Area form name="about/en" label=tr!(about.about_en) help=tr!(about.optional) rows=3 value=self.en/>
            <Area form name="about/ru" label=tr!(about.about_ru) help=tr!(about.optional) rows=3 value=self.ru/>
            <Field form
                name="website"
                input=Input::Url
                label=tr!(about.website)
                help=tr!(about.website_help)
                autocomplete="url"
                value=self.website
            />
        }
        .into_any()
    }

    /// Whom the ministry may ask.
    pub fn show_contact(self, form: Form) -> AnyView {
        view! {
            <fieldset class="form">
                <legend class="form-legend">{tr!(about.contact)}</legend>
                <Field form
                    name="contact_name"
                    label=tr!(about.contact_name)
                    help=no_help
                    autocomplete="name"
                    value=self.contact_name
                />
                <Field form
                    name="contact_email"
                    input=Input::Email
                    label=tr!(about.contact_email)
                    help=no_help
                    autocomplete="email"
                    value=self.contact_email
                />
                <Field form
                    name="contact_phone"
                    input=Input::Tel
                    label=tr!(about.contact_phone)
                    help=tr!(about.phone_help)
                    autocomplete="tel"
                    value=self.contact_phone
                />
            </fieldset>
        }
        .into_any()
    }
}

/// What was written, without blanks around it; nothing if that is all.
pub fn text(value: RwSignal<String>) -> Option<String> {
    Some(value.get_untracked().trim().to_owned()).filter(|text| !text.is_empty())
}

/// What a profile has in these fields, in their order.
pub fn values(profile: &PartnerProfile) -> [String; 8] {
    let about = profile.about.clone().unwrap_or_default();
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        profile.name.clone(),
        about.az,
        or_empty(&about.en),
        or_empty(&about.ru),
        or_empty(&profile.website),
        or_empty(&profile.contact_name),
        or_empty(&profile.contact_email),
        or_empty(&profile.contact_phone),
    ]
}
