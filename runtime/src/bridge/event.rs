//! An event of `tracing`: an event of a span, and at `ERROR` with an error the span's exception.
//!
//! `#[tracing::instrument(err)]` says by such an event that its function failed, and nothing else does.

use super::fields::{Fields, Loose, Sink};
use super::forwarded;
use crate::capture::CUT;
use crate::caught::caught;
use crate::record::Attributes;
use crate::recorder::{self, EventFields, Live, Told};
use crate::semconv;
use crate::wire::Reader;
use std::error::Error;
use std::fmt::{self, Debug};
use tracing_core::field::{Field, Visit};
use tracing_core::{Event, Level, Metadata};

/// Longest name of an event that its message gives it, in bytes; of a longer one the whole is an attribute.
const NAME_BOUND: usize = 256;

/// What an event says, read.
pub(super) struct Said {
    name: String,
    loose: Loose,
    told: Option<Told>,
    /// It says nothing but the error: the exception is all of it.
    bare: bool,
}

impl Said {
    /// Reads an event. The values' own code runs here.
    pub(super) fn read(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let (mut message, mut loose) = (String::new(), Loose::default());
        put_origin(event, &mut loose);
        let mut reading = Reading {
            fields: Fields::of_event(&mut loose, &mut message, metadata),
            failing: *metadata.level() == Level::ERROR,
            told: None,
            told_by: "",
            error_type: None,
            others: false,
        };
        event.record(&mut reading);
        let Reading {
            told,
            told_by,
            error_type,
            others,
            ..
        } = reading;
        let bare = !others && (message.is_empty() || message == semconv::error::EVENT_EXCEPTION);
        let told = told.map(|told| Told {
            more: if bare {
                beside(&loose, told_by, error_type.is_some())
            } else {
                Attributes::new()
            },
            error_type: error_type.map(Into::into),
            ..told
        });
        Self {
            name: name_of(message, metadata, &mut loose),
            loose,
            bare: bare && told.is_some(),
            told,
        }
    }

    /// Puts it into a span: as of now, or as of `time`.
    pub(super) fn put(self, live: &mut Live, time: Option<u64>) {
        let text = self.told.as_ref().and_then(|told| told.text.as_deref());
        // The exception is there once; that it came again is an event like others.
        let again = text.is_some_and(|text| text == live.extra().message);
        if let Some(told) = self.told {
            stamped(live, time, |live| {
                // What the program called a success stays one.
                if live.extra().ok {
                    recorder::tell(live, told);
                } else {
                    recorder::fail_as_told(live, told);
                }
            });
        }
        if !self.bare || again {
            // `tracing` has at most 32 fields.
            let (attributes, dropped) = (&self.loose.wire[..], 0);
            let fields = EventFields::Wire { attributes, dropped };
            stamped(live, time, |live| live.add_event(&self.name, fields));
        }
    }
}

/// Adds an event as of `time`.
fn stamped(live: &mut Live, time: Option<u64>, add: impl FnOnce(&mut Live)) {
    let at = live.extra().events.len();
    add(live);
    if let Some(time) = time
        && let Some(place) = live.extra_mut().events.get_mut(at..at + 8)
    {
        place.copy_from_slice(&time.to_le_bytes());
    }
}

fn put_origin(event: &Event<'_>, loose: &mut Loose) {
    let metadata = event.metadata();
    loose.put("level", metadata.level().as_str());
    let Some(origin) = forwarded::origin_of(event) else {
        return loose.put("target", metadata.target());
    };
    loose.put("target", origin.target.as_str());
    // By default a record's target is its module.
    if !origin.module.is_empty() && origin.module != origin.target {
        loose.put("log.module_path", origin.module.as_str());
    }
    if !origin.file.is_empty() {
        loose.put(semconv::general::CODE_FILE_PATH, origin.file.as_str());
        loose.put(semconv::general::CODE_LINE_NUMBER, &origin.line);
    }
}

/// What an exception's event has beside the exception itself.
fn beside(loose: &Loose, told_by: &str, has_type: bool) -> Attributes {
    let mut attributes = Reader::new(&loose.wire).attributes();
    attributes.retain(|(key, _)| {
        let key = key.as_str();
        key != told_by && !(has_type && key == semconv::EXCEPTION_TYPE)
    });
    attributes
}

/// The fields that hold an event's error.
fn is_error(key: &str) -> bool {
    matches!(key, "error" | "err" | semconv::EXCEPTION_MESSAGE)
}

/// An event's message is its name, as `tracing-opentelemetry` has it. Without one, it is called by the name that it
/// was given, or else by its fields: where it stands in the source is no name.
fn name_of(mut message: String, metadata: &Metadata<'_>, loose: &mut Loose) -> String {
    if message.is_empty() {
        let placed = metadata
            .name()
            .strip_prefix("event ")
            .zip(metadata.file())
            .is_some_and(|(place, file)| place.starts_with(file));
        if !placed {
            return metadata.name().to_owned();
        }
        let fields: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        message = fields.join(", ");
        cut(&mut message);
    } else if message.len() > NAME_BOUND {
        loose.put("message", message.as_str());
        cut(&mut message);
    }
    message
}

fn cut(name: &mut String) {
    if name.len() > NAME_BOUND {
        let end = (0..=NAME_BOUND).rfind(|end| name.is_char_boundary(*end));
        name.truncate(end.unwrap_or_default());
        name.push_str(CUT);
    }
}

/// Reads an event's fields, and its error where it has one.
struct Reading<'a> {
    fields: Fields<'a, Loose>,
    /// Whether an error among them is a failure.
    failing: bool,
    told: Option<Told>,
    /// The field that it is from.
    told_by: &'static str,
    error_type: Option<String>,
    /// There are fields that do not belong to the error.
    others: bool,
}

impl Reading<'_> {
    /// Whether the field is the error; if not, it is only looked at.
    fn is_told(&mut self, field: &Field) -> bool {
        let key = field.name();
        let told = self.failing && is_error(key);
        self.others |= !told && key != "message" && !key.starts_with("exception.");
        told
    }

    fn tell(&mut self, field: &Field, text: &dyn fmt::Display, sources: Vec<String>) {
        // Once: the error's own code may be slow, or panic.
        let text = recorder::text_of(text).unwrap_or_else(|| "[capture panicked]".to_owned());
        self.fields.record_str(field, &text);
        if self.told.is_none() {
            self.told_by = field.name();
            self.told = Some(Told {
                text: Some(text),
                sources,
                ..Told::default()
            });
        }
    }
}

impl Visit for Reading<'_> {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.others = true;
        self.fields.record_bool(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.others = true;
        self.fields.record_i64(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.others = true;
        self.fields.record_u64(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.others = true;
        self.fields.record_f64(field, value);
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.others = true;
        self.fields.record_bytes(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.is_told(field) {
            return self.tell(field, &value, Vec::new());
        }
        if field.name() == semconv::EXCEPTION_TYPE {
            self.error_type = Some(value.to_owned());
        }
        self.fields.record_str(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if self.is_told(field) {
            let source = caught(|| value.source()).flatten();
            let sources = recorder::sources(source);
            return self.tell(field, &value, sources);
        }
        self.fields.record_error(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if self.is_told(field) {
            return self.tell(field, &format_args!("{value:?}"), Vec::new());
        }
        if field.name() == semconv::EXCEPTION_TYPE {
            self.error_type = recorder::text_of(&format_args!("{value:?}"));
        }
        self.fields.record_debug(field, value);
    }
}
