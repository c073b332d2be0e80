//! Any text around a planted secret: the secret does not survive, and the text stays bounded.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use spanwright::Value;
use spanwright::fuzzing::{CUT_AT_CAPTURE, redact, redact_and_limit, truncate};
use spanwright_fuzz::one;

/// No rule by value knows it: its key alone gives it away.
const SECRET: &str = "Zq8vXw3nLmT6";

/// Each holds the secret under a key that is sensitive, and ends what was open before.
const PLANTED: [&str; 12] = [
    "\n{\"password\":\"Zq8vXw3nLmT6\"}\n",
    "\n{\"api_key\": \"Zq8vXw3nLmT6\", \"a\": 1}\n",
    "\n{\\\"clientSecret\\\":\\\"Zq8vXw3nLmT6\\\"}\n",
    "\npassword=Zq8vXw3nLmT6\n",
    "\npassword: Zq8vXw3nLmT6\n",
    "\nexport API_KEY='Zq8vXw3nLmT6'\n",
    "\nAuthorization: Bearer Zq8vXw3nLmT6\n",
    "\nCookie: a=Zq8vXw3nLmT6\n",
    "\ncurl --token Zq8vXw3nLmT6 x\n",
    "\nhttps://a.example/x?access_token=Zq8vXw3nLmT6&b=1\n",
    "\npostgres://user:Zq8vXw3nLmT6@db/x\n",
    "\n<password>Zq8vXw3nLmT6</password>\n",
];

const KEYS: [&str; 7] = [
    "note",
    "url.full",
    "url.query",
    "db.query.text",
    "http.request.header.x",
    "exception.message",
    "",
];

const SENSITIVE: [&str; 4] = [
    "password",
    "http.request.header.authorization",
    "apiKey",
    "user.client_secret",
];

fn check(bytes: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let key = one(bytes, &KEYS)?;
    let planted = one(bytes, &PLANTED)?;
    let sensitive = one(bytes, &SENSITIVE)?;
    let length = bytes.int_in_range(0..=300_usize)?;
    let split = bytes.int_in_range(0..=200_usize)?;
    let cut = bytes.ratio(1_u8, 4_u8)?;
    let around = String::from_utf8_lossy(bytes.take_rest_ref()?).into_owned();

    if around.contains(SECRET) {
        return Ok(());
    }
    let clean = redact(key, &around);
    // The mark in a URL, `REDACTED`, may stand for one byte.
    assert!(
        clean.len() <= 12 * around.len() + 64,
        "{} became {}",
        around.len(),
        clean.len()
    );

    let (before, after) = around.split_at(around.floor_char_boundary(split));
    let mut whole = format!("{before}{planted}{after}");
    if cut {
        whole.push_str(CUT_AT_CAPTURE);
    }
    let clean = redact(key, &whole);
    assert!(!clean.contains(SECRET), "{whole:?} became {clean:?}");

    let mut value = Value::Map(vec![
        ("text".into(), Value::String(whole.clone())),
        (
            sensitive.into(),
            Value::Array(vec![Value::String(SECRET.to_owned() + &around)]),
        ),
    ]);
    redact_and_limit(key, &mut value, length);
    let shown = format!("{value:?}");
    assert!(!shown.contains(SECRET), "{shown}");

    let hidden = redact(sensitive, &format!("{SECRET}{around}"));
    assert!(!hidden.contains(SECRET), "{hidden}");

    // What is cut stays within its bound, and JSON stays JSON.
    let mut short = around.clone();
    truncate(&mut short, length);
    assert!(short.chars().count() <= length + 40, "{length}: {short:?}");
    let is_list = |text: &str| {
        text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(text).is_ok()
    };
    if length >= 100 && is_list(&around) {
        assert!(is_list(&short), "{around:?} became {short:?}");
    }
    Ok(())
}

/// All that is left, without taking the generator.
trait TakeRest<'a> {
    fn take_rest_ref(&mut self) -> arbitrary::Result<&'a [u8]>;
}

impl<'a> TakeRest<'a> for Unstructured<'a> {
    fn take_rest_ref(&mut self) -> arbitrary::Result<&'a [u8]> {
        self.bytes(self.len())
    }
}

fuzz_target!(|data: &[u8]| {
    let _ = check(&mut Unstructured::new(data));
});
