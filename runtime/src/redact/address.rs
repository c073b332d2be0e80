//! Addresses that lead to a person: e-mail, and the network's where that is asked for.

use super::URL_MARK;
use super::edit::Hit;
use super::place::Place;
use super::rule::RedactionRule;
use super::work::looked;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The most that a name before the `@` may have (RFC 5321), and a domain after it.
const LOCAL: usize = 64;
const DOMAIN: usize = 253;

/// How many bytes of letters, digits and these others the text begins with, at most `most` characters.
fn span(text: &str, others: &str, most: usize) -> usize {
    text.char_indices()
        .take(most)
        .find(|(_, c)| !c.is_alphanumeric() && !others.contains(*c))
        .map_or_else(
            || text.char_indices().nth(most).map_or(text.len(), |(at, _)| at),
            |(at, _)| at,
        )
}

/// An e-mail address; the place is its beginning. `@` may be percent-encoded.
pub(super) fn email(place: Place<'_>) -> Option<Hit> {
    if !place.begins_run() || place.run_end - place.at > LOCAL {
        return None;
    }
    let (text, bytes) = (place.text, place.bytes());
    let at = place.run_end + span(&text[place.run_end..], "._+-'", LOCAL);
    let sign = match bytes.get(at)? {
        b'@' => 1,
        b'%' if bytes[at + 1..].starts_with(b"40") => 3,
        _ => return None,
    };
    // `git@` is everybody's, and so is what stands for a login in a URL; a name does not end in a full stop.
    let name = &bytes[place.at..at];
    if name == b"git" || name == URL_MARK.as_bytes() || name.ends_with(b".") {
        return None;
    }
    let domain = at + sign;
    looked(at - place.at);
    let mut end = domain + span(&text[domain..], ".-", DOMAIN);
    looked(end - domain);
    while end > domain && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    is_mail_domain(&bytes[domain..end]).then(|| Hit::new(place.at, end, RedactionRule::Email))
}

/// Whether a domain has at least two labels and ends like a public one, not like a file or a unit of systemd.
fn is_mail_domain(domain: &[u8]) -> bool {
    const OTHERS: [&[u8]; 14] = [
        b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"js", b"css", b"service", b"socket", b"timer",
        b"target", b"mount", b"slice",
    ];
    let mut labels = domain.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let plain = top.len() >= 2
        && top
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let puny = top.len() > 4 && top[..4].eq_ignore_ascii_case(b"xn--");
    let named = labels.clone().count() > 0 && labels.all(|label| !label.is_empty());
    (plain || puny) && named && !OTHERS.iter().any(|other| top.eq_ignore_ascii_case(other))
}

/// An IP address, of version 4 or 6.
pub(super) fn ip(place: Place<'_>) -> Option<Hit> {
    ipv4(place).or_else(|| ipv6(place))
}

fn ipv4(place: Place<'_>) -> Option<Hit> {
    /// `255.255.255.255`
    const LONGEST: usize = 15;
    let bytes = place.bytes();
    let before = |n: usize| place.at.checked_sub(n).map(|at| bytes[at]);
    let joined =
        !place.soft && before(1) == Some(b'.') && before(2).is_some_and(|byte| byte.is_ascii_digit());
    let length = bytes[place.at..]
        .iter()
        .take(LONGEST + 1)
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
        .count();
    let end = place.at + length - usize::from(length > 0 && bytes[place.at + length - 1] == b'.');
    let apart = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    let parses = place.text[place.at..end].parse::<Ipv4Addr>().is_ok();
    (!joined && apart && parses).then(|| Hit::new(place.at, end, RedactionRule::Ip))
}

fn ipv6(place: Place<'_>) -> Option<Hit> {
    /// Eight groups of four, or six and a version 4 address.
    const LONGEST: usize = 45;
    let bytes = place.bytes();
    let belongs = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let colons = bytes[..place.at]
        .iter()
        .rev()
        .take(3)
        .take_while(|byte| **byte == b':')
        .count();
    let start = place.at - if colons == 2 && !place.soft { 2 } else { 0 };
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let length = bytes[start..]
        .iter()
        .take(LONGEST + 1)
        .take_while(|byte| belongs(byte))
        .count();
    let mut end = start + length;
    while end > start && matches!(bytes[end - 1], b'.') {
        end -= 1;
    }
    let apart = (place.soft || !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b':'))
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    let parses = length <= LONGEST && place.text[start..end].parse::<Ipv6Addr>().is_ok();
    (apart && parses).then(|| Hit::new(start, end, RedactionRule::Ip))
}
