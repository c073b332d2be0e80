//! What all pages have around them.

use maud::{DOCTYPE, Markup, html};

use super::assets;

/// Pages that the top of every page leads to.
const PLACES: [(&str, &str); 3] = [("/", "Search"), ("/services", "Services"), ("/live", "Live")];

pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// Which of the [`PLACES`] this is.
    pub(super) here: Option<&'a str>,
    pub(super) scripts: &'a [&'a str],
    /// Whether it takes the whole window, and scrolls within.
    pub(super) wide: bool,
}

impl Page<'_> {
    pub(super) fn with(&self, body: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (self.title) " · Spanwright" }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    link rel="icon" href=(assets::address("icon.svg"));
                    link rel="stylesheet" href=(assets::address("style.css"));
                    @for script in self.scripts {
                        script type="module" src=(assets::address(script)) {}
                    }
                }
                body.wide[self.wide] {
                    a.skip href="#main" { "Skip to the content" }
                    (self.top())
                    main #main tabindex="-1" { (body) }
                    (keys())
                }
            }
        }
    }

    fn top(&self) -> Markup {
        html! {
            header.top {
                a.brand href="/" {
                    svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" {
                        rect.s5 x="1" y="3" width="18" height="3.4" rx="1.7" {}
                        rect.s1 x="4" y="8.3" width="9" height="3.4" rx="1.7" {}
                        rect.s8 x="9" y="13.6" width="8" height="3.4" rx="1.7" {}
                    }
                    "Spanwright"
                }
                nav aria-label="Pages" {
                    @for (address, name) in PLACES {
                        a href=(address) aria-current=[(self.here == Some(address)).then_some("page")] { (name) }
                    }
                }
                form.jump action="/" role="search" {
                    input name="trace" placeholder="Trace id" aria-label="Open a trace by its id" size="14"
                        spellcheck="false" autocomplete="off";
                }
                button.quiet #help-button type="button" hidden aria-label="Keyboard shortcuts" { "?" }
            }
        }
    }
}

/// The list of keys, shown on `?`.
fn keys() -> Markup {
    let keys = [
        ("/", "search, or find in a trace"),
        ("j k ↓ ↑", "next and previous"),
        ("Enter", "open, or show the details"),
        ("← →", "collapse, expand"),
        ("c", "collapse or expand"),
        ("p", "next span of the critical path"),
        ("e", "next error"),
        ("n", "next match"),
        ("0", "the whole time"),
        ("Esc", "close the details"),
        ("?", "this list"),
    ];
    html! {
        dialog #help aria-labelledby="help-title" {
            h2 #help-title { "Keys" }
            dl.keys {
                @for (key, about) in keys {
                    dt { kbd { (key) } }
                    dd { (about) }
                }
            }
            form method="dialog" { button { "Close" } }
        }
    }
}
