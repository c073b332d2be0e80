//! Writes single values: texts, numbers, ids.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::de::{Error, Unexpected, Visitor};

use super::schema::Kind;
use crate::wire::{NoRoom, Writer};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BASE64_OF_URLS: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// What an id that is none is written as: no id of OTLP has one byte, so that what it names is rejected.
pub(in crate::wire) const NO_ID: &[u8] = &[0xff];

/// Writes a single value.
pub(super) struct ScalarSeed<'w, 'r> {
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) writer: &'w mut Writer<'r>,
}

impl ScalarSeed<'_, '_> {
    fn written<E: Error>(result: Result<(), NoRoom>) -> Result<(), E> {
        result.map_err(E::custom)
    }

    /// A whole number, wherever it came from.
    fn integer<E: Error>(self, value: i128, came_as: Unexpected<'_>) -> Result<(), E> {
        let (number, kind) = (self.number, self.kind);
        let unsigned = u64::try_from(value).ok();
        let short = u32::try_from(value).ok();
        let signed = i64::try_from(value).ok();
        let wrong = || E::invalid_value(came_as, &self);
        let writable = match kind {
            Kind::Uint32 | Kind::Fixed32 => short.map(u64::from),
            Kind::Fixed64 => unsigned,
            Kind::Int64 | Kind::Enum(..) => signed.map(i64::cast_unsigned),
            _ => None,
        };
        let value = writable.ok_or_else(wrong)?;
        Self::written(match (kind, short) {
            (Kind::Fixed32, Some(value)) => self.writer.fixed32(number, value),
            (Kind::Fixed64, _) => self.writer.fixed64(number, value),
            _ => self.writer.varint(number, value),
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "looks whether it is whole"
    )]
    fn float<E: Error>(self, value: f64) -> Result<(), E> {
        let came_as = Unexpected::Float(value);
        if matches!(self.kind, Kind::Double) {
            return Self::written(self.writer.fixed64(self.number, value.to_bits()));
        }
        let whole = value as i128;
        if whole as f64 == value {
            self.integer(whole, came_as)
        } else {
            Err(E::invalid_type(came_as, &self))
        }
    }

    fn text<E: Error>(self, text: &str) -> Result<(), E> {
        let came_as = Unexpected::Str(text);
        let wrong = |seed: &Self| E::invalid_value(came_as, seed);
        match self.kind {
            Kind::Text => Self::written(self.writer.bytes(self.number, text.as_bytes())),
            Kind::Hex => {
                let id = from_hex(text);
                Self::written(self.writer.bytes(self.number, id.as_deref().unwrap_or(NO_ID)))
            }
            Kind::Bytes => {
                let bytes = BASE64.decode(text).or_else(|_| BASE64_OF_URLS.decode(text));
                Self::written(self.writer.bytes(self.number, &bytes.map_err(|_| wrong(&self))?))
            }
            Kind::Bool => {
                let value: bool = text.parse().map_err(|_| wrong(&self))?;
                Self::written(self.writer.varint(self.number, u64::from(value)))
            }
            Kind::Double => {
                let value: f64 = text.parse().map_err(|_| wrong(&self))?;
                self.float(value)
            }
            Kind::Enum(prefix, names) => {
                let name = text.strip_prefix(prefix).unwrap_or(text);
                let place = names.iter().position(|known| *known == name);
                let value = place.and_then(|place| i128::try_from(place).ok());
                let value = value.or_else(|| text.parse().ok()).ok_or_else(|| wrong(&self))?;
                self.integer(value, came_as)
            }
            _ => {
                let value = text.parse().map_err(|_| wrong(&self))?;
                self.integer(value, came_as)
            }
        }
    }
}

impl Visitor<'_> for ScalarSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Text => "a text",
            Kind::Hex => "an id in hex",
            Kind::Bytes => "bytes in base64",
            Kind::Bool => "true or false",
            Kind::Uint32 | Kind::Fixed32 => "a number of 32 bits, not negative",
            Kind::Int64 => "a whole number of 64 bits",
            Kind::Fixed64 => "a whole number of 64 bits, not negative",
            Kind::Double => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
            Kind::Enum(..) => "the number of an enum",
            Kind::One(_) | Kind::Many(_) | Kind::Nested(_) => "an object",
        })
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.kind {
            Kind::Bool => Self::written(self.writer.varint(self.number, u64::from(value))),
            _ => Err(E::invalid_type(Unexpected::Bool(value), &self)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "as JSON has it")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match self.kind {
            Kind::Double => self.float(value as f64),
            _ => self.integer(i128::from(value), Unexpected::Unsigned(value)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "as JSON has it")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        match self.kind {
            Kind::Double => self.float(value as f64),
            _ => self.integer(i128::from(value), Unexpected::Signed(value)),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.float(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.text(value)
    }
}

/// The bytes of hex in either case.
pub(in crate::wire) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
