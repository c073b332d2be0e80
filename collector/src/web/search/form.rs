//! The query line with its choices, and what is wrong with it.

use maud::{Markup, html};

use super::params::{CUSTOM, LIMITS, Params, RANGES, address};
use crate::filter::line::LineError;
use crate::model::now;
use crate::store::SearchOrder;

const EXAMPLES: [&str; 4] = [
    "error=true",
    "duration>1s",
    "kind=server",
    "status=error AND duration>100ms",
];

pub(super) fn form(params: &Params, error: Option<&LineError>) -> Markup {
    html! {
        form.search action="/" role="search" {
            (query_line(&params.q, error.is_some(), "Search"))
            div.choices {
                (range(params))
                label {
                    "Order"
                    select name="order" {
                        option value="latest" { "Latest first" }
                        option value="slowest" selected[params.order() == SearchOrder::Slowest] { "Slowest first" }
                    }
                }
                label {
                    "Traces"
                    select name="limit" {
                        @for limit in LIMITS {
                            option value=(limit) selected[limit == params.limit()] { (limit) }
                        }
                    }
                }
            }
        }
        @if let Some(moment) = params.wrong_moment(now()) {
            p.line-error role="alert" {
                (format!("{moment:?} is no moment: write it as in 2026-01-01T12:00, 2026-01-01T12:00:00Z, -2h or now"))
            }
        }
        @if let Some(error) = error {
            div.line-error #line-error role="alert" {
                pre { (params.q) "\n" span.caret { (error.caret(&params.q)) } }
                p { (error) }
            }
        } @else if params.q.is_empty() {
            p.examples {
                "Try "
                @for example in EXAMPLES {
                    a href=(address(example, params.range())) { code { (example) } } " "
                }
            }
        }
    }
}

/// The line itself, with a place for what may complete it.
pub(in crate::web) fn query_line(line: &str, wrong: bool, submit: &str) -> Markup {
    html! {
        div.line {
            label.hidden for="q" { "Query" }
            input #q name="q" value=(line) autocomplete="off" autocapitalize="off" spellcheck="false"
                placeholder="service=\"checkout\" AND duration>5s, or any text" data-complete="/complete"
                role="combobox" aria-autocomplete="list" aria-expanded="false" aria-controls="completions"
                aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("line-error")];
            button.primary { (submit) }
            ul #completions role="listbox" aria-label="Completions" hidden {}
        }
    }
}

fn range(params: &Params) -> Markup {
    let chosen = params.range();
    html! {
        label {
            "Time"
            select name="range" #range {
                @for (key, name) in RANGES {
                    option value=(key) selected[key == chosen] { (name) }
                }
                option value=(CUSTOM) selected[chosen == CUSTOM] { "From … to …" }
            }
        }
        @if chosen == CUSTOM {
            label { "From" input name="from" value=(params.from) size="20" placeholder="-2h"; }
            label { "To" input name="to" value=(params.to) size="20" placeholder="now"; }
        }
    }
}
