//! Whole numbers, and yes or no.

use super::quoted;

/// A whole number.
pub(in crate::jaeger) fn parse_int(text: &str) -> Result<i64, String> {
    integer("ParseInt", text)
}

/// A whole number, by the function that Go has for those in decimal.
pub(in crate::jaeger) fn parse_count(text: &str) -> Result<i64, String> {
    integer("Atoi", text)
}

fn integer(function: &str, text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong(function, text, "invalid syntax"));
    }
    text.parse()
        .map_err(|_| wrong(function, text, "value out of range"))
}

/// Up to 16 hexadecimal digits.
pub(in crate::jaeger) fn parse_hex(text: &str) -> Result<u64, String> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong("ParseUint", text, "invalid syntax"));
    }
    u64::from_str_radix(text, 16).map_err(|_| wrong("ParseUint", text, "value out of range"))
}

/// Yes or no, in the ways that Go knows.
pub(in crate::jaeger) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(wrong("ParseBool", text, "invalid syntax")),
    }
}

fn wrong(function: &str, text: &str, why: &str) -> String {
    format!("strconv.{function}: parsing {}: {why}", quoted(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_refused_as_by_go() {
        assert_eq!(parse_int("-12"), Ok(-12));
        assert_eq!(parse_int("+7"), Ok(7));
        assert_eq!(
            parse_int("9223372036854775808").expect_err("too large"),
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of range"
        );
        assert_eq!(
            parse_int("1.5").expect_err("no whole number"),
            "strconv.ParseInt: parsing \"1.5\": invalid syntax"
        );
        assert_eq!(parse_hex("fF"), Ok(255));
        assert!(parse_hex("+1").is_err());
        assert_eq!(parse_bool("T"), Ok(true));
        assert_eq!(
            parse_bool("yes").expect_err("neither"),
            "strconv.ParseBool: parsing \"yes\": invalid syntax"
        );
    }
}
