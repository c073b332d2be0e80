//! Numbers that are personal: payment cards, social security numbers, telephone numbers.
//!
//! Most numbers in telemetry are ids and times, so each kind is asked for its check digits or its separators.

use super::edit::{Form, Hit};
use super::place::Place;
use super::rule::RedactionRule;

/// First digits of an issuer, from and to, and the lengths of its numbers.
struct Issuer {
    from: u32,
    to: u32,
    lengths: &'static [usize],
}

const fn issuer(from: u32, to: u32, lengths: &'static [usize]) -> Issuer {
    Issuer { from, to, lengths }
}

/// Six digits tell the issuer. Visa's old 13 digits are left out: they cannot be told from articles' EAN codes. Its
/// 19 are taken in groups only: without them they are many a database's id.
const ISSUERS: [Issuer; 13] = [
    issuer(400_000, 499_999, &[16]),
    issuer(510_000, 559_999, &[16]),
    issuer(222_100, 272_099, &[16]),
    issuer(340_000, 349_999, &[15]),
    issuer(370_000, 379_999, &[15]),
    issuer(601_100, 601_199, &[16]),
    issuer(644_000, 659_999, &[16]),
    issuer(352_800, 358_999, &[16]),
    issuer(300_000, 305_999, &[14]),
    issuer(360_000, 369_999, &[14]),
    issuer(380_000, 399_999, &[14]),
    issuer(620_000, 629_999, &[16, 17, 18, 19]),
    issuer(675_900, 676_399, &[16, 18, 19]),
];

const LEAST: usize = 14;
const MOST: usize = 19;

/// Whether these digits are a card's number.
fn is_card(digits: &[u8], grouped: bool) -> bool {
    let Some(head) = digits.get(..6) else {
        return false;
    };
    let head = head.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(*digit));
    let known = ISSUERS
        .iter()
        .any(|issuer| (issuer.from..=issuer.to).contains(&head) && issuer.lengths.contains(&digits.len()));
    let long_visa = grouped && digits[0] == 4 && digits.len() == 19;
    (known || long_visa) && passes_luhn(digits)
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether this integer has too few digits for a card's number.
#[inline]
pub(crate) fn is_below_cards(number: i64) -> bool {
    const SMALLEST: i64 = 10_i64.pow(LEAST as u32 - 1);
    number < SMALLEST
}

/// Whether this integer is a card's number.
pub(super) fn is_card_number(number: i64) -> bool {
    if is_below_cards(number) {
        return false;
    }
    let (mut digits, mut left, mut at) = ([0_u8; MOST], number, MOST);
    while left > 0 && at > 0 {
        at -= 1;
        digits[at] = (left % 10) as u8;
        left /= 10;
    }
    is_card(&digits[at..], false)
}

/// A card's number, together or in groups with one kind of separator.
pub(super) fn card(place: Place<'_>) -> Option<Hit> {
    let bytes = place.bytes();
    if !begins_number(place) {
        return None;
    }
    let (mut digits, mut count, mut end) = ([0_u8; MOST], 0, place.at);
    // The longest that is a card: what follows it after a space may be its security code.
    let (mut separator, mut found) = (None, None);
    loop {
        match bytes.get(end) {
            Some(digit @ b'0'..=b'9') if count < MOST => {
                digits[count] = digit - b'0';
                count += 1;
                end += 1;
                continue;
            }
            _ if ends_number(bytes, end) && is_card(&digits[..count], separator.is_some()) => {
                found = Some(end)
            }
            _ => {}
        }
        let joins = bytes.get(end).filter(|byte| matches!(byte, b' ' | b'-'));
        let goes_on = joins.is_some_and(|byte| separator.is_none_or(|own| own == *byte))
            && is_group(count, digits[0])
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !goes_on {
            break;
        }
        separator = joins.copied();
        end += 1;
    }
    let end = found?;
    let form = json_form(bytes, place.at, end);
    Some(Hit::new(place.at, end, RedactionRule::Card).with_form(form))
}

/// Whether a group may end after so many digits: fours, and American Express's and Diners' 4-6.
fn is_group(count: usize, first: u8) -> bool {
    (count > 0 && count < MOST && count.is_multiple_of(4)) || (first == 3 && count == 10)
}

/// Whether the digit here begins a number, and not the rest of one.
fn begins_number(place: Place<'_>) -> bool {
    let bytes = place.bytes();
    let back = |n: usize| place.at.checked_sub(n).map(|at| bytes[at]);
    place.soft
        || match back(1) {
            // `0.4111…` is a fraction.
            Some(b'.') => false,
            Some(b'-') => back(2).is_none_or(|byte| !byte.is_ascii_digit()),
            _ => true,
        }
}

/// Whether a number ends before this byte: nothing that it would go on with follows.
fn ends_number(bytes: &[u8], end: usize) -> bool {
    let ahead = |n: usize| bytes.get(end + n).copied();
    match ahead(0) {
        Some(byte) if byte.is_ascii_alphanumeric() => false,
        Some(b'.') => match ahead(1) {
            Some(b'0') => !ahead(2).is_some_and(|byte| byte.is_ascii_digit()),
            other => !other.is_some_and(|byte| byte.is_ascii_digit()),
        },
        Some(b'-') => !ahead(1).is_some_and(|byte| byte.is_ascii_digit()),
        _ => true,
    }
}

/// A number that stands bare in JSON becomes a string there.
fn json_form(bytes: &[u8], start: usize, end: usize) -> Form {
    let before = bytes[..start].iter().rev().take(4).find(|byte| **byte != b' ');
    let after = bytes[end..]
        .iter()
        .take(4)
        .find(|byte| !byte.is_ascii_whitespace());
    let (Some(b':' | b'[' | b','), Some(b',' | b']' | b'}')) = (before, after) else {
        return Form::Bare;
    };
    let colon = bytes[..start].iter().rev().take(4).position(|byte| *byte == b':');
    match colon {
        Some(back) => {
            let quote = start - 1 - back;
            let at = |n: usize| quote.checked_sub(n).map(|at| bytes[at]);
            match (at(1), at(2), at(3)) {
                (Some(b'"'), Some(b'\\'), Some(b'\\')) => Form::Bare,
                (Some(b'"'), Some(b'\\'), _) => Form::Quoted(1),
                (Some(b'"'), ..) => Form::Quoted(0),
                _ => Form::Bare,
            }
        }
        // In a list: only where the text itself is one.
        None if matches!(bytes[0], b'[' | b'{') => Form::Quoted(0),
        None => Form::Bare,
    }
}

/// A social security number: `ddd-dd-dddd`, with numbers that were given out.
pub(super) fn ssn(place: Place<'_>) -> Option<Hit> {
    let bytes = place.bytes();
    let own = bytes.get(place.at..place.at + 11)?;
    let digits = |from: usize, to: usize| own[from..to].iter().all(u8::is_ascii_digit);
    if own[3] != own[6] || !digits(0, 3) || !digits(4, 6) || !digits(7, 11) {
        return None;
    }
    let separated = match own[3] {
        b'-' => true,
        // Three numbers in a row are no rarity.
        b' ' => is_named(bytes, place.at),
        _ => false,
    };
    let given = &own[..3] != b"000"
        && &own[..3] != b"666"
        && own[0] != b'9'
        && &own[4..6] != b"00"
        && &own[7..] != b"0000";
    let apart = begins_number(place) && ends_number(bytes, place.at + own.len());
    (separated && given && apart).then(|| Hit::new(place.at, place.at + own.len(), RedactionRule::Ssn))
}

/// Whether the words before say that this is a social security number.
fn is_named(bytes: &[u8], at: usize) -> bool {
    const BEFORE: usize = 32;
    let before = &bytes[at.saturating_sub(BEFORE)..at];
    [&b"ssn"[..], b"social"].iter().any(|word| {
        before
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    })
}

/// A telephone number: `+` and 8 to 15 digits, or ten digits as they are written in North America.
pub(super) fn phone(place: Place<'_>) -> Option<Hit> {
    let bytes = place.bytes();
    if !begins_number(place) {
        return None;
    }
    let before = |n: usize| place.at.checked_sub(n).map(|at| bytes[at]);
    let international =
        before(1) == Some(b'+') && !before(2).is_some_and(|byte| byte.is_ascii_alphanumeric());
    let (mut count, mut end, mut last) = (0, place.at, place.at);
    while let Some(byte) = bytes.get(end).filter(|_| end - place.at < 24) {
        match byte {
            b'0'..=b'9' => {
                count += 1;
                last = end + 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' => {}
            _ => break,
        }
        end += 1;
    }
    let opened = before(1) == Some(b'(');
    let start = place.at - usize::from(international || opened);
    let found = if international {
        (8..=15).contains(&count)
    } else {
        count == 10 && is_north_american(&bytes[place.at..last])
    };
    (found && ends_number(bytes, last)).then(|| Hit::new(start, last, RedactionRule::Phone))
}

/// `ddd-ddd-dddd`, `ddd.ddd.dddd`, `ddd) ddd-dddd`.
fn is_north_american(number: &[u8]) -> bool {
    let mut groups = number
        .split(|byte| !byte.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let lengths = [groups.next(), groups.next(), groups.next()].map(|group| group.map_or(0, <[u8]>::len));
    lengths == [3, 3, 4] && matches!(number[0], b'2'..=b'9')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_told_by_issuer_length_and_check_digit() {
        for number in [
            4_111_111_111_111_111,
            5_500_005_555_555_559,
            2_223_000_048_400_011,
            378_282_246_310_005,
            6_011_111_111_111_117,
            3_530_111_333_300_000,
            30_569_309_025_904,
            38_520_000_023_237,
            6_200_000_000_000_005,
        ] {
            assert!(is_card_number(number), "{number}");
            assert!(!is_card_number(number + 1), "{number}");
        }
        for number in [
            0,
            -4_111_111_111_111_111,
            i64::MAX,
            i64::MIN,
            4_222_222_222_222,
            1_700_000_000_000_000_000,
        ] {
            assert!(!is_card_number(number), "{number}");
        }
    }
}
