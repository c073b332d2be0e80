//! All services with their operations, and who calls whom.

mod draw;
mod graph;
pub(super) mod red;
mod spark;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};

use super::layout::Page;
use super::palette::Palette;
use super::respond::{PageError, off, to_response};
use super::search::{Params, RANGES, address};
use super::{Site, format};
use crate::filter::line::quoted;
use crate::model::{Kind, now};
use crate::store::{Dependency, Operation, Read};

/// So many services of those without calls are listed with their operations; beyond, without.
const WITH_OPERATIONS: usize = 200;

pub(super) async fn page(
    State(site): State<Site>,
    Query(params): Query<Params>,
) -> Result<Response, PageError> {
    let page = off(&site, move |read| {
        let services = services(read)?;
        let calls = read.dependencies(params.time(now()))?;
        Ok(render(&params, &services, &calls))
    });
    Ok(to_response(page.await?))
}

struct Service {
    name: String,
    operations: Vec<Operation>,
}

fn services(read: &dyn Read) -> Result<Vec<Service>, PageError> {
    let mut services = Vec::new();
    for (at, name) in read.services()?.into_iter().enumerate() {
        let operations = match at < WITH_OPERATIONS {
            true => read.operations(Some(&name))?,
            false => Vec::new(),
        };
        services.push(Service { name, operations });
    }
    Ok(services)
}

fn render(params: &Params, services: &[Service], calls: &[Dependency]) -> Markup {
    let names = services.iter().map(|service| service.name.as_str());
    let called = calls
        .iter()
        .flat_map(|call| [call.parent.as_str(), call.child.as_str()]);
    let palette = Palette::new(names.chain(called));
    let page = Page {
        title: "Services",
        here: Some("/services"),
        scripts: &["services.js"],
        wide: false,
    };
    page.with(&html! {
        div.heading {
            h1 { "Services" }
            form action="/services" {
                label {
                    "Calls of the"
                    select name="range" {
                        @for (key, name) in RANGES {
                            option value=(key) selected[key == params.range()] { (name) }
                        }
                    }
                }
                button { "Show" }
            }
        }
        @if services.is_empty() {
            div.message { p { "No service has sent a span yet. " a href="/" { "How to send the first" } } }
        }
        @if calls.is_empty() && !services.is_empty() {
            p.count { "No service called another in this time." }
        } @else if !calls.is_empty() {
            (draw::graph(&graph::Graph::new(calls), &palette))
        }
        ul.services {
            @for service in services { li { (card(service, params, &palette)) } }
        }
    })
}

fn card(service: &Service, params: &Params, palette: &Palette<'_>) -> Markup {
    let line = format!("service={}", quoted(&service.name));
    let of = |operation: &Operation| {
        let kind = match operation.kind {
            Kind::Unspecified => String::new(),
            kind => format!(" AND kind={}", kind.name()),
        };
        let line = format!("{line} AND name={}{kind}", quoted(&operation.name));
        address(&line, params.range())
    };
    html! {
        h2 {
            i.dot.(palette.class(&service.name)) {}
            a href=(address(&line, params.range())) { (service.name) }
            " " small { (format::count(service.operations.len(), "operation")) }
        }
        p { a.to-red href=(red::place(&service.name, params.range())) { "Rates, errors, durations" } }
        ul {
            @for operation in &service.operations {
                li { a href=(of(operation)) { (format::named(&operation.name)) } " " small { (operation.kind.name()) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_without_a_name_has_a_link_that_is_seen() {
        let operation = Operation {
            name: String::new(),
            kind: Kind::Server,
        };
        let service = Service {
            name: "shop".to_owned(),
            operations: vec![operation],
        };
        let palette = Palette::new(std::iter::once("shop"));
        let card = card(&service, &Params::default(), &palette).into_string();
        assert!(card.contains(">(no name)</a>"), "{card}");
    }
}
