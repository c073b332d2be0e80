//! From the recorder's bytes straight to OTLP's, without a record in between.
//!
//! Only for plain spans of sites without metrics. Whatever is out of the ordinary in one (a limit that is met, a key that
//! comes twice or that has to be settled) makes it answer "no", and the span goes the way of all others, which is the one
//! that says what is right.

use super::clean_texts::CleanTexts;
use super::encode_keys::{KeyFacts, KeyId, Keys};
use super::prepare::Preparation;
use crate::clock::Anchor;
use crate::destination::otlp::{self, EncodedSpans, ScopeAt, Writer, key_value};
use crate::id::TraceFlags;
use crate::record::Kind;
use crate::redact::{Redactions, is_below_cards};
use crate::site::{self, Site};
use crate::wire::{self, Reader};

/// Attributes that a span may have here.
const MOST_ATTRIBUTES: usize = 32;
/// Keys of one site that are remembered in their order.
const REMEMBERED: usize = 16;

/// The parts of a plain span's record at their fixed places; see `plain_span` in the recorder's `layout`.
struct Parts<'a> {
    kind: u8,
    remote: bool,
    flags: u8,
    site: u32,
    trace: &'a [u8],
    span: &'a [u8],
    parent: &'a [u8],
    start: u64,
    end: u64,
    dropped: u16,
    attributes: &'a [u8],
}

impl<'a> Parts<'a> {
    #[inline]
    fn of(record: &'a [u8]) -> Option<Self> {
        let (head, attributes) = record.split_first_chunk::<58>()?;
        Some(Self {
            kind: head[1],
            remote: head[2] & 1 != 0,
            flags: head[3],
            site: u32::from_le_bytes(*head[4..].first_chunk()?),
            trace: &head[8..24],
            span: &head[24..32],
            parent: &head[32..40],
            start: u64::from_le_bytes(*head[40..].first_chunk()?),
            end: u64::from_le_bytes(*head[48..].first_chunk()?),
            dropped: u16::from_le_bytes(*head[56..].first_chunk()?),
            attributes,
        })
    }
}

/// What is known of a site beforehand.
struct SiteFacts {
    site: &'static Site,
    /// Its spans need no record.
    direct: bool,
    scope: ScopeAt,
    /// The keys of its last span, in their order.
    keys: Vec<KeyId>,
}

/// Encodes plain spans.
pub(super) struct Encoder {
    preparation: Preparation,
    sites: Vec<SiteFacts>,
    keys: Keys,
    clean: CleanTexts,
}

impl Encoder {
    /// An encoder that prepares as `preparation` does; `None` where that needs records.
    pub(super) fn new(preparation: &Preparation) -> Option<Self> {
        (!preparation.legacy_names).then(|| Self {
            preparation: preparation.clone(),
            sites: Vec::new(),
            keys: Keys::default(),
            clean: CleanTexts::default(),
        })
    }

    /// Encodes a plain span, redacted and within the limits; `None`, and nothing done, where it needs a record.
    pub(super) fn plain_span(
        &mut self,
        record: &[u8],
        anchor: &Anchor,
        out: &mut EncodedSpans,
    ) -> Option<Redactions> {
        let parts = Parts::of(record)?;
        self.learn(parts.site);
        let facts = self.sites.get_mut((parts.site as usize).checked_sub(1)?)?;
        if !facts.direct || TraceFlags::from_wire(parts.flags).is_held() {
            return None;
        }
        facts.scope = out.scope(facts.site.target(), facts.scope);
        let mut attributes = AttributeWriter {
            preparation: &self.preparation,
            keys: &mut self.keys,
            remembered: &mut facts.keys,
            clean: &mut self.clean,
            seen: [KeyId::NONE; MOST_ATTRIBUTES],
            redactions: Redactions::default(),
        };
        let site = facts.site;
        let whole = out.add(facts.scope, |out| {
            head(out, &parts, site, anchor);
            let whole = attributes.all(out, parts.attributes);
            // dropped_attributes_count, flags
            out.uint(10, parts.dropped.into());
            out.fixed32(16, otlp::flags(parts.flags, parts.remote));
            whole
        });
        whole.then_some(attributes.redactions)
    }

    /// Gets to know the sites up to this number.
    #[inline]
    fn learn(&mut self, number: u32) {
        if self.sites.len() < number as usize {
            self.learn_all();
        }
    }

    #[cold]
    fn learn_all(&mut self) {
        let known = self.sites.len();
        let new = site::sites().into_iter().skip(known);
        let limit = self.preparation.limits.value_length;
        self.sites.extend(new.map(|site| SiteFacts {
            site,
            direct: !site.has_metrics() && site.name().len() <= limit,
            scope: ScopeAt::default(),
            keys: Vec::new(),
        }));
    }
}

/// The fields before the attributes.
#[inline]
fn head(out: &mut Writer, parts: &Parts<'_>, site: &Site, anchor: &Anchor) {
    out.set_bytes(1, parts.trace);
    out.set_bytes(2, parts.span);
    if parts.parent != [0; 8] {
        out.set_bytes(4, parts.parent);
    }
    out.bytes(5, site.name().as_bytes());
    out.uint(6, Kind::from_byte(parts.kind).to_otlp().into());
    out.fixed64(7, anchor.unix_ns(parts.start));
    out.fixed64(8, anchor.unix_ns(parts.end));
}

/// Writes one span's attributes.
struct AttributeWriter<'a> {
    preparation: &'a Preparation,
    keys: &'a mut Keys,
    remembered: &'a mut Vec<KeyId>,
    clean: &'a mut CleanTexts,
    seen: [KeyId; MOST_ATTRIBUTES],
    redactions: Redactions,
}

impl AttributeWriter<'_> {
    /// `false` where this span needs a record.
    #[inline]
    fn all(&mut self, out: &mut Writer, attributes: &[u8]) -> bool {
        let most = MOST_ATTRIBUTES.min(self.preparation.limits.attributes);
        let mut reader = Reader::new(attributes);
        let mut count = 0;
        while !reader.is_empty() {
            if count == most || self.one(out, &mut reader, count).is_none() {
                return false;
            }
            count += 1;
        }
        true
    }

    fn one(&mut self, out: &mut Writer, reader: &mut Reader<'_>, at: usize) -> Option<()> {
        let length = reader.u16()?.into();
        let id = self.key(reader.take(length)?, at)?;
        if self.seen[..at].contains(&id) {
            return None;
        }
        self.seen[at] = id;
        let facts = self.keys.facts(id)?;
        let mut ahead = *reader;
        match ahead.scalar() {
            Some(wire::Scalar::Bool(value)) if !facts.treatment().replaces() => {
                out.pair(9, facts.field(), &[0x10, value.into()]);
            }
            Some(wire::Scalar::Int(value)) if !facts.treatment().replaces() && is_below_cards(value) => {
                let mut digits = [0x18; 11];
                let used = otlp::varint(&mut digits[1..], value.cast_unsigned());
                out.pair(9, facts.field(), &digits[..=used]);
            }
            Some(wire::Scalar::Str(bytes)) if facts.is_ordinary() => {
                let most = self.preparation.limits.value_length;
                if bytes.len() > most {
                    return None;
                }
                if self.clean.has(bytes) {
                    out.pair_text(9, facts.field(), bytes);
                } else {
                    let text = std::str::from_utf8(bytes).ok()?;
                    let redactor = &self.preparation.redactor;
                    let treated = redactor.treat(facts.treatment(), text, &mut self.redactions);
                    // A mark may be longer than what it stands for.
                    if treated.len() > most {
                        return None;
                    }
                    out.pair_text(9, facts.field(), treated.as_bytes());
                    if redactor.is_constant() && *treated == *text {
                        self.clean.add(text);
                    }
                }
            }
            _ => return of_any_kind(self.preparation, &mut self.redactions, facts, out, reader),
        }
        *reader = ahead;
        Some(())
    }

    /// The key's number: usually that of the same place in the site's last span.
    #[inline]
    fn key(&mut self, key: &[u8], at: usize) -> Option<KeyId> {
        if let Some(guess) = self.remembered.get(at)
            && self.keys.is(*guess, key)
        {
            return Some(*guess);
        }
        self.look_up(key, at)
    }

    #[cold]
    fn look_up(&mut self, key: &[u8], at: usize) -> Option<KeyId> {
        let id = self.keys.find(key, self.preparation)?;
        if at < self.remembered.len() {
            self.remembered[at] = id;
        } else if at < REMEMBERED {
            self.remembered.push(id);
        }
        Some(id)
    }
}

/// An attribute of any kind, by way of its value.
#[cold]
fn of_any_kind(
    preparation: &Preparation,
    redactions: &mut Redactions,
    facts: &KeyFacts,
    out: &mut Writer,
    reader: &mut Reader<'_>,
) -> Option<()> {
    let mut value = reader.value()?;
    *redactions += preparation.redactor.redact_value(facts.key(), &mut value);
    crate::limits::limit_value(facts.key(), &mut value, preparation.limits.value_length);
    key_value(out, 9, facts.key(), &value, 0);
    Some(())
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
