//! Secrets, made up at run time so that no scanner of sources takes them for real ones, and the texts they stand in.

use super::generator::Generator;

/// How a secret is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// By the key before it.
    ByKey,
    /// By its own shape.
    ByShape(&'static str),
}

/// A text with a secret in it, and the part that must not survive.
#[derive(Clone, Debug)]
pub(crate) struct Planted {
    pub(crate) known: Known,
    pub(crate) text: String,
    pub(crate) secret: String,
    /// The key of an attribute whose whole value is the secret.
    pub(crate) key: Option<&'static str>,
}

const KEYS: [&str; 32] = [
    "password",
    "passwd",
    "db.password",
    "api_key",
    "apiKey",
    "x-api-key",
    "X_API_KEY",
    "Authorization",
    "client_secret",
    "clientSecret",
    "access_token",
    "refreshToken",
    "id_token",
    "sessionToken",
    "private_key",
    "aws_secret_access_key",
    "csrf_token",
    "otp",
    "ssn",
    "cvv",
    "credit_card",
    "cardNumber",
    "passphrase",
    "connection_string",
    "credentials",
    "auth_header",
    "encryption_key",
    "signing-key",
    "jwt",
    "bearer",
    "secret",
    "http.request.header.cookie",
];

type Form = fn(&str, &str) -> String;

/// How a key and its value are written in texts.
const PAIRS: [Form; 12] = [
    |key, value| format!("{key}={value}"),
    |key, value| format!("request failed: {key}={value} (retried)"),
    |key, value| format!("{key}: {value}"),
    |key, value| format!("{{\"a\":1,\"{key}\":\"{value}\",\"b\":2}}"),
    |key, value| format!("{{\"a\":{{\"b\":[{{\"{key}\": \"{value}\"}}]}}}}"),
    |key, value| format!("{{\"body\":\"{{\\\"{key}\\\":\\\"{value}\\\"}}\"}}"),
    |key, value| {
        format!(
            "Config {{ {}: \"{value}\", port: 1 }}",
            key.replace(['-', '.'], "_")
        )
    },
    |key, value| format!("run --{key} {value} --verbose"),
    |key, value| format!("https://example.com/path?page=1&{key}={value}&size=2"),
    |key, value| format!("next=%2Fa%3F{key}%3D{value}%26b%3D1"),
    |key, value| format!("<{key}>{value}</{key}>"),
    |key, value| format!("GET / HTTP/1.1\r\n{key}: {value}\r\nHost: h"),
];

/// The surroundings of a secret that is known by its shape.
const AROUND: [Form; 8] = [
    |_, value| value.to_owned(),
    |_, value| format!("used {value} for it"),
    |_, value| format!("({value})."),
    |_, value| format!("{{\"note\":\"{value}\"}}"),
    |_, value| format!("{{\"a\":{{\"b\":[\"x\",\"{value}\"]}}}}"),
    |_, value| format!("{{\"body\":\"{{\\\"note\\\":\\\"{value}\\\"}}\"}}"),
    |_, value| format!("first line\\n{value}\\nlast"),
    |_, value| format!("prüfe: {value}, 東京"),
];

fn luhn(mut digits: String) -> String {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, u32::from(digit - b'0')) {
            (0, digit) => digit * 2 / 10 + digit * 2 % 10,
            (_, digit) => digit,
        })
        .sum();
    digits.push(char::from(b'0' + ((10 - sum % 10) % 10) as u8));
    digits
}

fn card(random: &mut Generator) -> String {
    let (issuer, length) = random.pick(&[
        &("4", 16),
        &("51", 16),
        &("55", 16),
        &("2221", 16),
        &("34", 15),
        &("37", 15),
        &("6011", 16),
        &("3528", 16),
        &("36", 14),
        &("62", 16),
    ]);
    let number = luhn(format!("{issuer}{}", random.digits(length - issuer.len() - 1)));
    match random.below(3) {
        0 if number.len() == 16 => [&number[..4], &number[4..8], &number[8..12], &number[12..]].join(" "),
        1 if number.len() == 16 => [&number[..4], &number[4..8], &number[8..12], &number[12..]].join("-"),
        _ => number,
    }
}

fn iban(random: &mut Generator) -> String {
    let (country, length) = random.pick(&[
        &("DE", 22),
        &("GB", 22),
        &("FR", 27),
        &("NL", 18),
        &("ES", 24),
        &("CH", 21),
    ]);
    let account = match *country {
        "GB" | "NL" => format!("{}{}", random.text("ABCDEFGHIJ", 4), random.digits(length - 8)),
        _ => random.digits(length - 4),
    };
    let remainder = format!("{account}{country}00")
        .bytes()
        .fold(0_u32, |sum, byte| match byte {
            b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
            _ => (sum * 100 + u32::from(byte - b'A') + 10) % 97,
        });
    let whole = format!("{country}{:02}{account}", 98 - remainder);
    if random.below(2) == 0 {
        return whole;
    }
    let groups: Vec<_> = whole.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

fn base64url(random: &mut Generator, length: usize) -> String {
    random.text(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        length,
    )
}

/// A secret of this kind, and what of it must not survive.
fn shaped(kind: &'static str, random: &mut Generator) -> (String, String) {
    let all = |text: String| (text.clone(), text);
    match kind {
        "jwt" => all(format!(
            "eyJ{}.eyJ{}.{}",
            base64url(random, 24),
            base64url(random, 60),
            base64url(random, 43)
        )),
        "pem" => {
            let body = base64url(random, 64);
            let label = random.pick(&[
                "RSA PRIVATE KEY",
                "PRIVATE KEY",
                "OPENSSH PRIVATE KEY",
                "EC PRIVATE KEY",
            ]);
            (
                format!("-----BEGIN {label}-----\\n{body}\\n-----END {label}-----"),
                body,
            )
        }
        "bearer" => {
            let token = random.mixed(30);
            (format!("Bearer {token}"), token)
        }
        "card" => all(card(random)),
        "iban" => all(iban(random)),
        "ssn" => all(format!(
            "{}{}-{}-{}",
            random.below(6) + 1,
            10 + random.below(56),
            10 + random.below(90),
            1000 + random.below(9000)
        )),
        "e-mail" => {
            let name = format!("{}.{}{}", random.word(), random.word(), random.below(1000));
            all(format!(
                "{name}@{}.{}",
                random.word(),
                random.pick(&["com", "co.uk", "io", "example"])
            ))
        }
        "url" => {
            let password = random.mixed(16);
            (
                format!("postgres://app:{password}@db.internal:5432/shop"),
                password,
            )
        }
        "aws" => all(format!("AKIA{}", random.upper(16))),
        "google" => all(format!("AIza{}", base64url(random, 35).replace('-', "x"))),
        "telegram" => all(format!(
            "{}:AA{}",
            100_000_000 + random.below(900_000_000),
            random.mixed(33)
        )),
        "sendgrid" => all(format!("SG.{}.{}", random.mixed(22), random.mixed(43))),
        "twilio" => all(format!("SK{}", random.hex(32))),
        prefix => all(format!("{prefix}{}", random.mixed(40))),
    }
}

const SHAPES: [&str; 34] = [
    "jwt",
    "pem",
    "bearer",
    "card",
    "card",
    "card",
    "iban",
    "iban",
    "ssn",
    "e-mail",
    "e-mail",
    "url",
    "aws",
    "google",
    "telegram",
    "sendgrid",
    "twilio",
    "ghp_",
    "github_pat_",
    "glpat-",
    "sk-proj-",
    "sk-ant-api03-",
    "sk-lf-",
    "gsk_",
    "hf_",
    "npm_",
    "sk_live_",
    "xoxb-",
    "xai-",
    "pplx-",
    "hvs.",
    "ya29.",
    "lsv2_pt_",
    "nvapi-",
];

/// All of them: each key in each form, each shape in each surrounding.
pub(crate) fn planted() -> Vec<Planted> {
    let mut random = Generator::new(7);
    let mut all = Vec::new();
    for key in KEYS {
        for form in PAIRS {
            // Some issuers' spellings have no separators in an element's name.
            let secret = format!("hunter{}", random.mixed(12));
            all.push(Planted {
                known: Known::ByKey,
                text: form(key, &secret),
                secret,
                key: Some(key),
            });
        }
    }
    for kind in SHAPES {
        for form in AROUND {
            let (text, secret) = shaped(kind, &mut random);
            all.push(Planted {
                known: Known::ByShape(kind),
                text: form("", &text),
                secret,
                key: None,
            });
        }
    }
    all
}
