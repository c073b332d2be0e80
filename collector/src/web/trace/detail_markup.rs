//! A span's panel without the script; `detail.js` makes the same.

use maud::{Markup, html};

use super::detail::{Detail, Entry, Group, Section};
use crate::web::format;

pub(super) fn detail(detail: &Detail<'_>) -> Markup {
    html! {
        header {
            h2 { i.dot.(format!("s{}", detail.color)) {} span.service { (detail.service) } " " span.operation { (detail.name) } }
            (close())
        }
        @if let Some(error) = detail.error {
            p.error role="note" { b { "Error" } " " (error) }
        }
        dl.facts {
            @for fact in &detail.facts { div { dt { (fact.name) } dd data-ms=[fact.ms] { (fact.text) } } }
        }
        @for note in &detail.notes { p.note { (note) } }
        @for part in &detail.sections { (section(part)) }
    }
}

/// The panel for a span that the address names and the trace has not.
pub(super) fn absent(key: &str) -> Markup {
    html! {
        header { h2 { "This span is not here" } (close()) }
        p.note { "The trace has no span " code { (key) } ", or not yet: load the page again to look again." }
    }
}

fn close() -> Markup {
    html! { a.close href="?" aria-label="Close" { "×" } }
}

fn section(section: &Section) -> Markup {
    html! {
        details open[section.open] {
            summary { (section.title) " " small { (section.count) } }
            @for part in &section.groups { (group(part)) }
        }
    }
}

fn group(group: &Group) -> Markup {
    html! {
        div.group.bad[group.bad] {
            @if !group.title.is_empty() {
                h3 {
                    @match &group.href {
                        Some(href) => a href=(href) { (group.title) },
                        None => (group.title),
                    }
                    " " small { (group.aside) }
                }
            }
            @if let Some(text) = &group.text { pre { (text) } }
            @if !group.entries.is_empty() {
                table.attributes {
                    @for part in &group.entries { (entry(part)) }
                }
            }
            @if group.dropped > 0 {
                p.note { "The sender left out " (format::count(group.dropped as usize, "attribute")) "." }
            }
        }
    }
}

fn entry(entry: &Entry) -> Markup {
    html! {
        tr {
            th scope="row" {
                @match &entry.href {
                    Some(href) => a href=(href) title="Search for spans with the same" { (entry.key) },
                    None => (entry.key),
                }
            }
            td.kind { (entry.kind) }
            td.value.(entry.kind) { (entry.value) }
        }
    }
}
