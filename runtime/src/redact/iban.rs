//! International bank account numbers: a country, two check digits, and as many characters as that country has.

use super::edit::Hit;
use super::place::Place;
use super::rule::RedactionRule;

/// Characters of a whole number in this country; 0 where there are none.
fn length(country: &[u8]) -> usize {
    match country {
        b"NO" => 15,
        b"BE" => 16,
        b"DK" | b"FO" | b"FI" | b"GL" | b"NL" | b"SD" => 18,
        b"MK" | b"SI" => 19,
        b"AT" | b"BA" | b"EE" | b"KZ" | b"LT" | b"LU" | b"MN" | b"XK" => 20,
        b"CH" | b"HR" | b"LI" | b"LV" => 21,
        b"BG" | b"BH" | b"CR" | b"DE" | b"GB" | b"GE" | b"IE" | b"ME" | b"RS" | b"VA" => 22,
        b"AE" | b"GI" | b"IL" | b"IQ" | b"OM" | b"SO" | b"TL" => 23,
        b"AD" | b"CZ" | b"ES" | b"MD" | b"PK" | b"RO" | b"SA" | b"SE" | b"SK" | b"TN" | b"VG" => 24,
        b"LY" | b"PT" | b"ST" => 25,
        b"IS" | b"TR" => 26,
        b"BI" | b"DJ" | b"FR" | b"GR" | b"IT" | b"MC" | b"MR" | b"SM" => 27,
        b"AL" | b"AZ" | b"BY" | b"CY" | b"DO" | b"GT" | b"HN" | b"HU" | b"LB" | b"NI" | b"PL" | b"SV" => 28,
        b"BR" | b"EG" | b"PS" | b"QA" | b"UA" => 29,
        b"JO" | b"KW" | b"MU" | b"YE" => 30,
        b"MT" | b"SC" => 31,
        b"LC" => 32,
        b"RU" => 33,
        _ => 0,
    }
}

/// An account number, together or in groups of four.
pub(super) fn iban(place: Place<'_>) -> Option<Hit> {
    let bytes = place.bytes();
    let head = bytes.get(place.at..place.at + 4)?;
    if !(head[2].is_ascii_digit() && head[3].is_ascii_digit()) {
        return None;
    }
    let wanted = length(&head[..2]);
    if wanted == 0 {
        return None;
    }
    let (mut count, mut end, mut check) = (0, place.at, 0_u32);
    let mut first = [0_u8; 4];
    let separator = bytes
        .get(place.at + 4)
        .copied()
        .filter(|byte| matches!(byte, b' ' | b'-'));
    while count < wanted {
        let byte = *bytes.get(end)?;
        if count > 0 && count % 4 == 0 && Some(byte) == separator && bytes.get(end - 1) != separator.as_ref()
        {
            end += 1;
            continue;
        }
        match first.get_mut(count) {
            // The country and the check digits are counted last.
            Some(first) => *first = byte,
            None => check = add(check, byte)?,
        }
        count += 1;
        end += 1;
    }
    for byte in first {
        check = add(check, byte)?;
    }
    let apart = !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (check == 1 && apart).then(|| Hit::new(place.at, end, RedactionRule::Iban))
}

/// The remainder by 97 of a number that goes on with this digit or letter.
fn add(check: u32, byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some((check * 10 + u32::from(byte - b'0')) % 97),
        b'A'..=b'Z' => Some((check * 100 + u32::from(byte - b'A') + 10) % 97),
        _ => None,
    }
}
