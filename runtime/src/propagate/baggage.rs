//! W3C Baggage: the application's own key-value pairs that travel with a trace.

use super::carrier::{Extract, Inject};
use super::percent;
use std::fmt;

const BAGGAGE: &str = "baggage";

/// Key-value pairs that travel with a trace, in order, at most [`Baggage::MAX_MEMBERS`] and
/// [`Baggage::MAX_BYTES`] as they are sent ([W3C Baggage](https://www.w3.org/TR/baggage/), section 3).
///
/// Baggage goes to every service called, so it is no place for secrets.
///
/// ```
/// use spanwright::propagate::Baggage;
/// let mut baggage = Baggage::default();
/// baggage.insert("tenant", "blue, inc")?;
/// assert_eq!(baggage.get("tenant"), Some("blue, inc"));
/// assert_eq!(baggage.to_string(), "tenant=blue%2C%20inc");
/// # Ok::<(), spanwright::propagate::BaggageError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    members: Vec<BaggageMember>,
    /// Length of the header value, kept up to date so that every check is cheap.
    encoded_len: usize,
}

/// One pair of a [`Baggage`], with its properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaggageMember {
    key: String,
    value: String,
    properties: Vec<BaggageProperty>,
}

/// What a member says about itself: a key, with or without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaggageProperty {
    key: String,
    value: Option<String>,
}

/// Why a pair was not taken into a [`Baggage`], which is then unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaggageError {
    /// A key is empty or has a character outside RFC 7230's `token`.
    Key,
    /// There are [`Baggage::MAX_MEMBERS`] already.
    Members,
    /// It would take more than [`Baggage::MAX_BYTES`] as it is sent.
    Bytes,
}

impl fmt::Display for BaggageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("baggage key is not a token; use letters, digits and !#$%&'*+-.^_`|~"),
            Self::Members => write!(
                f,
                "baggage has {} members already; remove one first",
                Baggage::MAX_MEMBERS
            ),
            Self::Bytes => write!(f, "baggage would pass {} bytes; send less", Baggage::MAX_BYTES),
        }
    }
}

impl std::error::Error for BaggageError {}

/// RFC 7230's `token`. Keys are never percent-decoded: `%` is an ordinary character in them.
fn is_token(key: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !key.is_empty() && key.bytes().all(allowed)
}

impl BaggageProperty {
    /// A property of this key and value; the key has to be a token, the value may be any text.
    pub fn new(key: impl Into<String>, value: Option<String>) -> Result<Self, BaggageError> {
        let key = key.into();
        if !is_token(&key) {
            return Err(BaggageError::Key);
        }
        Ok(Self { key, value })
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, decoded.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    fn encoded_len(&self) -> usize {
        self.key.len() + self.value().map_or(0, |value| 1 + percent::encoded_len(value))
    }
}

impl BaggageMember {
    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value, decoded.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The properties, in order.
    pub fn properties(&self) -> &[BaggageProperty] {
        &self.properties
    }

    fn encoded_len(&self) -> usize {
        let properties = self.properties.iter().map(|property| 1 + property.encoded_len());
        self.key.len() + 1 + percent::encoded_len(&self.value) + properties.sum::<usize>()
    }

    fn encode(&self, out: &mut String) {
        out.push_str(&self.key);
        out.push('=');
        percent::encode(&self.value, out);
        for property in &self.properties {
            out.push(';');
            out.push_str(&property.key);
            if let Some(value) = &property.value {
                out.push('=');
                percent::encode(value, out);
            }
        }
    }

    /// One list member as received; `None` where it breaks the grammar.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(trim);
        let (key, value) = parse_pair(parts.next()?)?;
        let properties = parts.filter(|part| !part.is_empty()).map(|part| {
            let (key, value) = parse_pair(part)?;
            Some(BaggageProperty { key, value })
        });
        Some(Self {
            key,
            value: value?,
            properties: properties.collect::<Option<_>>()?,
        })
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// `key`, or `key=value` with the value decoded.
fn parse_pair(text: &str) -> Option<(String, Option<String>)> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (trim(key), Some(trim(value))),
        None => (text, None),
    };
    let sound = is_token(key) && value.unwrap_or_default().bytes().all(percent::is_octet);
    sound.then(|| (key.to_owned(), value.map(percent::decode)))
}

impl Baggage {
    /// Members that are read, held and sent.
    pub const MAX_MEMBERS: usize = 64;
    /// Bytes that are read over all header lines, and sent in one.
    pub const MAX_BYTES: usize = 8192;

    /// The value under `key`, decoded. Of several received under one key, the last.
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut found = self.members.iter().rev().filter(|member| member.key == key);
        found.next().map(BaggageMember::value)
    }

    /// Puts `value` under `key` in place of whatever is there; a new key goes to the end.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Result<(), BaggageError> {
        self.insert_with(key, value, Vec::new())
    }

    /// [`insert`](Self::insert), with properties.
    pub fn insert_with(
        &mut self,
        key: impl Into<String>,
        value: impl Into<String>,
        properties: Vec<BaggageProperty>,
    ) -> Result<(), BaggageError> {
        let member = BaggageMember {
            key: key.into(),
            value: value.into(),
            properties,
        };
        if !is_token(&member.key) {
            return Err(BaggageError::Key);
        }
        let Some(place) = self.members.iter().position(|held| held.key == member.key) else {
            return self.push(member);
        };
        let mut changed = self.clone();
        changed.remove(&member.key);
        changed.push(member)?;
        changed.members[place..].rotate_right(1);
        *self = changed;
        Ok(())
    }

    /// Removes everything under `key`; says whether there was anything.
    pub fn remove(&mut self, key: &str) -> bool {
        let before = self.members.len();
        self.members.retain(|member| member.key != key);
        let lengths = self.members.iter().map(|member| member.encoded_len() + 1);
        self.encoded_len = lengths.sum::<usize>().saturating_sub(1);
        self.members.len() < before
    }

    /// The members, in order; a key may come up more than once where it was received so.
    pub fn iter(&self) -> impl Iterator<Item = &BaggageMember> {
        self.members.iter()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Appends a member whose keys are tokens.
    fn push(&mut self, member: BaggageMember) -> Result<(), BaggageError> {
        if self.members.len() == Self::MAX_MEMBERS {
            return Err(BaggageError::Members);
        }
        let comma = usize::from(!self.members.is_empty());
        let length = self.encoded_len + comma + member.encoded_len();
        if length > Self::MAX_BYTES {
            return Err(BaggageError::Bytes);
        }
        self.encoded_len = length;
        self.members.push(member);
        Ok(())
    }

    /// Appends a pair from a format without properties, unless its key is there already. The key was part of a
    /// header's name, which has lost its case.
    pub(super) fn push_new(&mut self, key: &str, encoded: &str) {
        let known = |member: &BaggageMember| member.key.eq_ignore_ascii_case(key);
        if let Some(value) = is_token(key).then(|| percent::decode(encoded))
            && !self.members.iter().any(known)
        {
            let _ = self.insert(key, value);
        }
    }

    /// Appends the members of one header line, as far as `budget` bytes go. A member that breaks the
    /// grammar or a limit is dropped whole, and the others stay.
    fn read_line(&mut self, line: &str, budget: &mut usize) {
        for (index, part) in line.split(',').enumerate() {
            let length = part.len() + usize::from(index > 0);
            if length > *budget || self.members.len() == Self::MAX_MEMBERS {
                *budget = 0;
                return;
            }
            *budget -= length;
            if let Some(member) = BaggageMember::parse(trim(part)) {
                let _ = self.push(member);
            }
        }
        *budget = budget.saturating_sub(1);
    }
}

/// The header value: printable ASCII, values percent-encoded; empty where there are no members.
impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::with_capacity(self.encoded_len);
        for (index, member) in self.members.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            member.encode(&mut out);
        }
        f.write_str(&out)
    }
}

/// Every `baggage` line together, within one budget.
pub(super) fn extract(carrier: &dyn Extract) -> Baggage {
    let mut baggage = Baggage::default();
    let mut budget = Baggage::MAX_BYTES;
    carrier.get_all(BAGGAGE, &mut |line| {
        if budget > 0 {
            baggage.read_line(line, &mut budget);
        }
    });
    baggage
}

/// One header, and none where there is nothing to say: what the application put there itself stays.
pub(super) fn inject(baggage: &Baggage, carrier: &mut dyn Inject) {
    if !baggage.is_empty() {
        carrier.set(BAGGAGE, baggage.to_string());
    }
}

#[cfg(test)]
#[path = "baggage_tests.rs"]
mod tests;
