//! Icons, drawn here, so that nothing is fetched for them. They decorate words and are hidden from screen readers.

use leptos::prelude::*;

macro_rules! icons {
    ($($name:ident = $paths:literal,)+) => {
        /// A picture of 24 × 24, in lines.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Icon { $($name,)+ }

        const fn paths(icon: Icon) -> &'static str {
            match icon { $(Icon::$name => $paths,)+ }
        }
    };
}

icons! {
    Search = "<circle cx='11' cy='11' r='6.5'/><path d='m16 16 4.5 4.5'/>",
    Wifi = "<path d='M2.5 9a14 14 0 0 1 19 0M5.7 12.6a9.2 9.2 0 0 1 12.6 0M8.9 16.1a4.6 4.6 0 0 1 6.2 0'/><circle cx='12' cy='19.3' r='.9' fill='currentColor'/>",
    Tag = "<path d='M3.5 12.3V5a1.5 1.5 0 0 1 1.5-1.5h7.3a2 2 0 0 1 1.4.6l6.2 6.2a2 2 0 0 1 0 2.8l-6.8 6.8a2 2 0 0 1-2.8 0l-6.2-6.2a2 2 0 0 1-.6-1.4Z'/><circle cx='8.2' cy='8.2' r='1.2'/>",
    Gift = "<path d='M4.5 11.5v7A1.5 1.5 0 0 0 6 20h12a1.5 1.5 0 0 0 1.5-1.5v-7M3 8.5A.5.5 0 0 1 3.5 8h17a.5.5 0 0 1 .5.5v2.5a.5.5 0 0 1-.5.5h-17a.5.5 0 0 1-.5-.5ZM12 8v12M12 8C10.8 4.5 9.3 3.5 8 3.5a2.2 2.2 0 0 0 0 4.5ZM12 8c1.2-3.5 2.7-4.5 4-4.5A2.2 2.2 0 0 1 16 8Z'/>",
    Laptop = "<rect x='4.5' y='5' width='15' height='10.5' rx='1.5'/><path d='M2.5 19h19'/>",
    Coins = "<ellipse cx='9' cy='7' rx='5.5' ry='2.8'/><path d='M3.5 7v4.5c0 1.5 2.5 2.8 5.5 2.8M14.5 7v2'/><ellipse cx='15' cy='13' rx='5.5' ry='2.8'/><path d='M9.5 13v4.5c0 1.5 2.5 2.8 5.5 2.8s5.5-1.3 5.5-2.8V13'/>",
    Book = "<path d='M12 6.5C10 5 7 4.5 3.5 4.5v13.5c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2V4.5C17 4.5 14 5 12 6.5ZM12 6.5V20'/>",
    Ticket = "<path d='M3.5 8A1.5 1.5 0 0 1 5 6.5h14A1.5 1.5 0 0 1 20.5 8v2a2 2 0 0 0 0 4v2a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 16v-2a2 2 0 0 0 0-4ZM14 6.5v2M14 11v2M14 15.5v2'/>",
    Person = "<circle cx='12' cy='8' r='4'/><path d='M4.5 20c.8-3.8 3.8-6 7.5-6s6.7 2.2 7.5 6'/>",
    Grid = "<rect x='4' y='4' width='6.5' height='6.5' rx='1.5'/><rect x='13.5' y='4' width='6.5' height='6.5' rx='1.5'/><rect x='4' y='13.5' width='6.5' height='6.5' rx='1.5'/><rect x='13.5' y='13.5' width='6.5' height='6.5' rx='1.5'/>",
    Qr = "<rect x='4' y='4' width='6' height='6' rx='1'/><rect x='14' y='4' width='6' height='6' rx='1'/><rect x='4' y='14' width='6' height='6' rx='1'/><path d='M14 14h2.5v2.5H14ZM20 14v.01M20 17.5V20h-3M14 20v.01'/>",
    Check = "<path d='m5 12.5 4.5 4.5L19 7.5'/>",
    Cross = "<path d='m6.5 6.5 11 11M17.5 6.5l-11 11'/>",
    Clock = "<circle cx='12' cy='12' r='8.5'/><path d='M12 7.5V12l3 2'/>",
    Calendar = "<rect x='4' y='5.5' width='16' height='14.5' rx='2'/><path d='M4 10h16M8.5 3.5v4M15.5 3.5v4'/>",
    Repeat = "<path d='M4.5 12a7.5 7.5 0 0 1 13-5.1L20 9.5M20 4.5v5h-5M19.5 12a7.5 7.5 0 0 1-13 5.1L4 14.5M4 19.5v-5h5'/>",
    Copy = "<rect x='8.5' y='8.5' width='11.5' height='11.5' rx='2'/><path d='M15.5 8.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5'/>",
    Print = "<path d='M7 9V4h10v5M7 17H5a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 5 9h14a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 19 17h-2M7 14h10v6H7Z'/>",
    Warn = "<path d='M12 4 2.8 19.5h18.4ZM12 10v4.5M12 17v.01'/>",
    Info = "<circle cx='12' cy='12' r='8.5'/><path d='M12 11v5M12 8v.01'/>",
    Offline = "<path d='M3.5 3.5l17 17M8.9 16.1a4.6 4.6 0 0 1 6.2 0M5.7 12.6a9.2 9.2 0 0 1 4-2.3M14.5 10.4a9.2 9.2 0 0 1 3.8 2.2M2.5 9a14 14 0 0 1 4.3-2.8M10.5 5.3A14 14 0 0 1 21.5 9'/><circle cx='12' cy='19.3' r='.9' fill='currentColor'/>",
    Sun = "<circle cx='12' cy='12' r='4'/><path d='M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4'/>",
    Moon = "<path d='M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2Z'/>",
    Sliders = "<path d='M4 7h9M19 7h1M4 17h1M11 17h9'/><circle cx='16' cy='7' r='2.5'/><circle cx='8' cy='17' r='2.5'/>",
    Right = "<path d='m9.5 5.5 6.5 6.5-6.5 6.5'/>",
    Left = "<path d='M14.5 5.5 8 12l6.5 6.5'/>",
    External = "<path d='M14 4.5h5.5V10M19.5 4.5 11 13M17.5 14v4a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 18V8A1.5 1.5 0 0 1 6 6.5h4'/>",
    Eye = "<path d='M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z'/><circle cx='12' cy='12' r='3'/>",
    Mail = "<rect x='3.5' y='5.5' width='17' height='13' rx='2'/><path d='m4 7.5 8 6 8-6'/>",
    Device = "<rect x='6.5' y='3' width='11' height='18' rx='2'/><path d='M11 18h2'/>",
    Download = "<path d='M12 4v11M7.5 10.5 12 15l4.5-4.5M4.5 19.5h15'/>",
    Minus = "<path d='M6 12h12'/>",
    Plus = "<path d='M6 12h12M12 6v12'/>",
    Menu = "<path d='M4 7h16M4 12h16M4 17h16'/>",
    Swap = "<path d='m8 9.5 4-4 4 4M8 14.5l4 4 4-4'/>",
    Key = "<circle cx='8' cy='15.5' r='4'/><path d='m11 12.5 8.5-8.5M16 7.5l3 3M13.5 10l2 2'/>",
    Bolt = "<path d='M13 3 5 13.5h6L10.5 21 19 10.5h-6Z'/>",
    Shop = "<path d='M4.5 10v9.5h15V10M3.5 9.5 5.5 4.5h13l2 5a2.8 2.8 0 0 1-5.6 0 2.9 2.9 0 0 1-5.8 0 2.8 2.8 0 0 1-5.6 0ZM9.5 19.5v-5h5v5'/>",
    Edit = "<path d='M4.5 19.5h4L19.4 8.6a1.9 1.9 0 0 0 0-2.7l-1.3-1.3a1.9 1.9 0 0 0-2.7 0L4.5 15.5ZM13.5 6.5l4 4'/>",
    People = "<circle cx='9' cy='8.5' r='3.5'/><path d='M2.5 19.5c.6-3.3 3.2-5 6.5-5s5.9 1.7 6.5 5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 15c1.9.8 3.1 2.3 3.5 4.5'/>",
}

/// Draws an icon.
pub fn icon(icon: Icon) -> AnyView {
    view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" inner_html=paths(icon)></svg> }
        .into_any()
}

/// The platform's mark: an awning over an open book.
pub fn mark() -> AnyView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect class="mark-ground" width="32" height="32" rx="8"></rect>
            <path class="mark-line" d="M16 15.5C13.5 13.8 10.5 13.3 7 13.3V23.2C10.5 23.2 13.5 23.7 16 25.4C18.5 23.7 21.5 23.2 25 23.2V13.3C21.5 13.3 18.5 13.8 16 15.5ZM16 15.5V25.4"></path>
            <path class="mark-fill" d="M8.6 6.5H23.4L25.5 10.2H6.5Z"></path>
        </svg>
    }
    .into_any()
}
