//! Two lists of spans in, every difference in words out.

use super::span::{Span, Tags};
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};

/// What differs, a line each; empty where everything made was read, once and as it was made.
pub(crate) fn differences(made: &[Span], read: &[Span]) -> Vec<String> {
    let (made, read) = (by_id(made), by_id(read));
    let mut found = Vec::new();
    for (id, copies) in &made {
        let label = label(copies[0]);
        if copies.len() > 1 {
            found.push(format!("{label}: made {} times", copies.len()));
        }
        match read.get(id).map(Vec::as_slice) {
            None => found.push(format!("{label}: made, but not in Jaeger")),
            Some([one]) => found.extend(
                span(copies[0], one)
                    .into_iter()
                    .map(|what| format!("{label}: {what}")),
            ),
            Some(many) => found.push(format!("{label}: {} times in Jaeger", many.len())),
        }
    }
    for (_, copies) in read.iter().filter(|(id, _)| !made.contains_key(*id)) {
        found.push(format!("{}: in Jaeger, but never made", label(copies[0])));
    }
    found
}

fn by_id(spans: &[Span]) -> BTreeMap<(&str, &str), Vec<&Span>> {
    let mut map = BTreeMap::<_, Vec<_>>::new();
    for span in spans {
        map.entry((span.trace_id.as_str(), span.span_id.as_str()))
            .or_default()
            .push(span);
    }
    map
}

fn label(span: &Span) -> String {
    format!(
        "{:?} of {} ({}/{})",
        span.name, span.service, span.trace_id, span.span_id
    )
}

fn span(made: &Span, read: &Span) -> Vec<String> {
    let mut found = Vec::new();
    field(&mut found, "name", &made.name, &read.name);
    field(&mut found, "service", &made.service, &read.service);
    field(&mut found, "start (µs)", &made.start_us, &read.start_us);
    field(&mut found, "duration (µs)", &made.duration_us, &read.duration_us);
    let words = |span: &Span| {
        span.references
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    field(&mut found, "references", &words(made), &words(read));
    tags(&mut found, "tag", &made.tags, &read.tags);
    tags(&mut found, "process tag", &made.process, &read.process);
    field(&mut found, "number of events", &made.logs.len(), &read.logs.len());
    for (at, (made, read)) in made.logs.iter().zip(&read.logs).enumerate() {
        field(
            &mut found,
            &format!("time of event {at} (µs)"),
            &made.time_us,
            &read.time_us,
        );
        tags(&mut found, &format!("event {at},"), &made.fields, &read.fields);
    }
    found
}

fn field<T: PartialEq + Debug>(found: &mut Vec<String>, what: &str, made: &T, read: &T) {
    if made != read {
        found.push(format!("{what}: made {made:?}, read {read:?}"));
    }
}

fn tags(found: &mut Vec<String>, what: &str, made: &Tags, read: &Tags) {
    for (key, made) in made {
        match read.get(key) {
            None => found.push(format!("{what} {key}: made {}, not read", words(made))),
            Some(read) if made != read => {
                found.push(format!(
                    "{what} {key}: made {}, read {}",
                    words(made),
                    words(read)
                ));
            }
            Some(_) => {}
        }
    }
    for (key, read) in read.iter().filter(|(key, _)| !made.contains_key(*key)) {
        found.push(format!("{what} {key}: never made, read {}", words(read)));
    }
}

fn words(list: &[impl Display]) -> String {
    list.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" and ")
}

#[cfg(test)]
mod tests {
    use super::super::span::{CHILD_OF, Log, Reference, Tag, Unseen};
    use super::*;

    fn sample() -> Span {
        let tag = |value: Tag| Tags::from([("key".to_owned(), vec![value])]);
        Span {
            service: "shop".into(),
            process: tag(Tag::Text("host".into())),
            trace_id: "01".into(),
            span_id: "02".into(),
            name: "n".into(),
            start_us: 10,
            duration_us: 5,
            references: vec![Reference {
                kind: CHILD_OF.into(),
                trace_id: "01".into(),
                span_id: "03".into(),
            }],
            tags: tag(Tag::Int(1)),
            logs: vec![Log {
                time_us: 12,
                fields: tag(Tag::Bool(true)),
            }],
            unseen: Unseen::default(),
        }
    }

    #[test]
    fn the_same_has_no_difference() {
        assert_eq!(differences(&[sample()], &[sample()]), [""; 0]);
    }

    /// Each change of one thing is found, and named.
    #[test]
    fn every_part_is_compared() {
        type Change = fn(&mut Span);
        let cases: [(&str, Change); 10] = [
            ("name", |span| span.name.push('x')),
            ("service", |span| span.service.push('x')),
            ("start", |span| span.start_us += 1),
            ("duration", |span| span.duration_us += 1),
            ("references", |span| span.references[0].span_id.push('0')),
            ("tag key: made int64 1, read float64 1.0", |span| {
                span.tags.insert("key".into(), vec![Tag::Float(1.0)]);
            }),
            ("tag more: never made", |span| {
                span.tags.insert("more".into(), vec![Tag::Int(1)]);
            }),
            ("process tag key: made string \"host\", not read", |span| {
                span.process.clear()
            }),
            ("time of event 0", |span| span.logs[0].time_us += 1),
            ("event 0, key", |span| span.logs[0].fields.clear()),
        ];
        for (words, change) in cases {
            let mut read = sample();
            change(&mut read);
            let found = differences(&[sample()], &[read]);
            assert!(found.len() == 1 && found[0].contains(words), "{words}: {found:?}");
        }
    }

    #[test]
    fn lost_invented_and_doubled_spans_are_found() {
        assert!(differences(&[sample()], &[])[0].contains("not in Jaeger"));
        assert!(differences(&[], &[sample()])[0].contains("never made"));
        assert!(differences(&[sample()], &[sample(), sample()])[0].contains("2 times in Jaeger"));
        assert!(differences(&[sample(), sample()], &[sample()])[0].contains("made 2 times"));
    }
}
