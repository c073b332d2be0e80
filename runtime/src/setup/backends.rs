//! The backends that the environment asks for by variables of their own.

use super::destinations::{Note, is_given};
use crate::backend::{self, Source};
use crate::config::{Exporter, Settings};
use crate::destination::Destination;

/// Adds them. What is missing or wrong is a note: the program runs on.
pub(super) fn add(
    destinations: &mut Vec<Box<dyn Destination>>,
    settings: &Settings,
    source: &Source<'_>,
    notes: &mut Vec<Note>,
) {
    for known in &backend::KNOWN {
        let reading = (known.read)(source);
        let otlp = match reading.found {
            Ok(None) => continue,
            Ok(Some(otlp)) => otlp,
            Err(error) => {
                notes.push(error.to_string());
                continue;
            }
        };
        let name = known.name;
        if is_given(destinations, name) {
            continue;
        }
        if settings.traces.exporters.as_ref().is_some_and(Vec::is_empty) {
            notes.push(format!(
                "OTEL_TRACES_EXPORTER is none, so nothing is sent to {name}, whose variables are set ({}, …)",
                known.variables[0]
            ));
            continue;
        }
        if otlp
            .traces_url()
            .ok()
            .is_some_and(|url| is_sent_to(settings, &url))
        {
            notes.push(format!(
                "{name}: its variables and those of OpenTelemetry name one endpoint; spans are sent there once, \
                 as OTEL_EXPORTER_OTLP_* say; unset one of both"
            ));
            continue;
        }
        match otlp.build() {
            Ok(destination) => {
                notes.extend(reading.notes);
                destinations.push(Box::new(destination));
            }
            Err(error) => notes.push(format!("nothing is sent to {name}: {error}")),
        }
    }
}

/// Whether OpenTelemetry's variables send spans to this very URL.
fn is_sent_to(settings: &Settings, url: &str) -> bool {
    let exporters = settings.traces.exporters.as_ref();
    exporters.is_some_and(|exporters| exporters.contains(&Exporter::Otlp))
        && settings.traces.otlp.endpoint.as_str().trim_end_matches('/') == url.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Langfuse;
    use crate::destination::IntoDestination as _;
    use std::ffi::OsString;

    const KEYS: [(&str, &str); 3] = [
        ("LANGFUSE_PUBLIC_KEY", "pk"),
        ("LANGFUSE_SECRET_KEY", "sk"),
        ("LANGFUSE_HOST", "http://127.0.0.1:1"),
    ];

    /// The names of the destinations there are then, and what is told.
    fn added(set: &[(&str, &str)], mut given: Vec<Box<dyn Destination>>) -> (Vec<String>, Vec<Note>) {
        let source = |name: &str| {
            let found = set.iter().find(|(own, _)| *own == name)?;
            Some(OsString::from(found.1))
        };
        let mut notes = Vec::new();
        add(&mut given, &Settings::read(&source), &source, &mut notes);
        let names = given.iter().map(|one| one.name().into_owned()).collect();
        (names, notes)
    }

    #[test]
    fn variables_add_a_backend_and_code_goes_before_them() {
        assert_eq!(added(&KEYS, Vec::new()), (vec!["langfuse".to_owned()], vec![]));
        let given = Langfuse::new("a", "b").endpoint("http://127.0.0.1:2");
        let (names, notes) = added(&KEYS, vec![given.into_destination().unwrap()]);
        assert_eq!((names, notes), (vec!["langfuse".to_owned()], vec![]));
    }

    #[test]
    fn several_are_added_and_one_that_lacks_something_is_told() {
        let set = [
            &KEYS[..],
            &[
                ("PHOENIX_COLLECTOR_ENDPOINT", "http://127.0.0.1:3"),
                ("BRAINTRUST_API_KEY", "k"),
            ],
        ]
        .concat();
        let (names, notes) = added(&set, Vec::new());
        assert_eq!(names, ["langfuse", "phoenix"]);
        assert!(
            notes.len() == 1 && notes[0].starts_with("BRAINTRUST_PARENT is not set"),
            "{notes:?}"
        );
    }

    #[test]
    fn none_is_none() {
        let (names, notes) = added(
            &[&KEYS[..], &[("OTEL_TRACES_EXPORTER", "none")]].concat(),
            Vec::new(),
        );
        assert!(names.is_empty());
        assert!(notes[0].contains("OTEL_TRACES_EXPORTER is none"), "{notes:?}");
        let (names, _) = added(
            &[&KEYS[..], &[("OTEL_TRACES_EXPORTER", "console")]].concat(),
            Vec::new(),
        );
        assert_eq!(names, ["langfuse"]);
    }

    #[test]
    fn one_endpoint_is_never_sent_to_twice() {
        let otlp = (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:1/api/public/otel",
        );
        let (names, notes) = added(&[&KEYS[..], &[otlp]].concat(), Vec::new());
        assert!(names.is_empty());
        assert!(
            notes.len() == 1 && notes[0].contains("name one endpoint"),
            "{notes:?}"
        );
    }
}
