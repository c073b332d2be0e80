//! Credentials that are known by their own shape: issuers' prefixes, JWTs, private keys, `Bearer` and `Basic`.

use super::edit::Hit;
use super::place::Place;
use super::rule::RedactionRule;
use super::work::looked;

/// Which bytes a credential goes on with after its prefix.
#[derive(Clone, Copy)]
enum Set {
    /// `[A-Za-z0-9]`
    Alphanumeric,
    /// `[A-Za-z0-9_-]`
    Word,
    /// `[A-Za-z0-9_.-]`
    Dotted,
    /// `[A-Z0-9]`
    Upper,
    /// `[0-9a-fA-F]`
    Hex,
}

impl Set {
    fn holds(self, byte: u8) -> bool {
        match self {
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
        }
    }
}

/// An issuer's prefix, and how many bytes of which set follow it. `exact` bounds the count from above too;
/// without it a digit is asked for, which words joined by hyphens seldom have.
struct Rule {
    prefix: &'static str,
    set: Set,
    length: usize,
    exact: bool,
}

const fn at_least(prefix: &'static str, set: Set, length: usize) -> Rule {
    Rule {
        prefix,
        set,
        length,
        exact: false,
    }
}

const fn exactly(prefix: &'static str, set: Set, length: usize) -> Rule {
    Rule {
        prefix,
        set,
        length,
        exact: true,
    }
}

use Set::{Alphanumeric, Dotted, Hex, Upper, Word};

/// Whether an issuer's prefix begins with this byte.
pub(super) const fn begins_prefix(byte: u8) -> bool {
    !rules(byte).is_empty()
}

/// The rules by the prefix's first byte, so that most words meet none.
const fn rules(first: u8) -> &'static [Rule] {
    match first {
        // AWS access key ids, Google API keys, Atlassian, age.
        b'A' => {
            const {
                &[
                    exactly("AKIA", Upper, 16),
                    exactly("ASIA", Upper, 16),
                    exactly("ABIA", Upper, 16),
                    exactly("ACCA", Upper, 16),
                    at_least("AIza", Word, 35),
                    at_least("ATATT3", Word, 50),
                    at_least("AGE-SECRET-KEY-1", Upper, 50),
                ]
            }
        }
        // Databricks, DigitalOcean.
        b'd' => {
            const {
                &[
                    exactly("dapi", Hex, 32),
                    at_least("dop_v1_", Hex, 40),
                    at_least("doo_v1_", Hex, 40),
                ]
            }
        }
        // GitHub, GitLab, Groq, Grafana.
        b'g' => {
            const {
                &[
                    at_least("ghp_", Alphanumeric, 20),
                    at_least("gho_", Alphanumeric, 20),
                    at_least("ghs_", Alphanumeric, 20),
                    at_least("ghu_", Alphanumeric, 20),
                    at_least("ghr_", Alphanumeric, 20),
                    at_least("github_pat_", Word, 20),
                    at_least("glpat-", Word, 16),
                    at_least("glrt-", Word, 16),
                    at_least("gldt-", Word, 16),
                    at_least("glptt-", Word, 16),
                    at_least("gsk_", Alphanumeric, 20),
                    at_least("glsa_", Word, 24),
                ]
            }
        }
        // Google's OAuth client secrets.
        b'G' => const { &[at_least("GOCSPX-", Word, 20)] },
        // Hugging Face, HashiCorp Vault.
        b'h' => {
            const {
                &[
                    at_least("hf_", Alphanumeric, 24),
                    at_least("hvs.", Word, 20),
                    at_least("hvb.", Word, 20),
                ]
            }
        }
        // LangSmith, Linear.
        b'l' => {
            const {
                &[
                    at_least("lsv2_pt_", Word, 20),
                    at_least("lsv2_sk_", Word, 20),
                    at_least("lin_api_", Alphanumeric, 24),
                ]
            }
        }
        // npm, NVIDIA.
        b'n' => const { &[at_least("npm_", Alphanumeric, 30), at_least("nvapi-", Word, 30)] },
        // New Relic.
        b'N' => const { &[at_least("NRAK-", Upper, 20)] },
        // PyPI, Perplexity.
        b'p' => {
            const {
                &[
                    at_least("pypi-AgE", Word, 40),
                    at_least("pplx-", Alphanumeric, 32),
                ]
            }
        }
        // Postman.
        b'P' => const { &[at_least("PMAK-", Word, 40)] },
        // Stripe, Replicate.
        b'r' => {
            const {
                &[
                    at_least("rk_live_", Alphanumeric, 10),
                    at_least("rk_test_", Alphanumeric, 10),
                    exactly("r8_", Alphanumeric, 37),
                ]
            }
        }
        // OpenAI, Anthropic, Langfuse, LangWatch, OpenRouter and many more share `sk-`; Stripe, Shopify.
        b's' => {
            const {
                &[
                    at_least("sk-", Word, 16),
                    at_least("sk_live_", Alphanumeric, 10),
                    at_least("sk_test_", Alphanumeric, 10),
                    at_least("shpat_", Hex, 32),
                    at_least("shpss_", Hex, 32),
                    at_least("shpca_", Hex, 32),
                ]
            }
        }
        // SendGrid, Twilio API keys.
        b'S' => const { &[at_least("SG.", Dotted, 40), exactly("SK", Hex, 32)] },
        // Tavily.
        b't' => const { &[at_least("tvly-", Word, 20)] },
        // Stripe webhooks.
        b'w' => const { &[at_least("whsec_", Alphanumeric, 20)] },
        // Slack, xAI.
        b'x' => {
            const {
                &[
                    at_least("xoxa-", Word, 10),
                    at_least("xoxb-", Word, 10),
                    at_least("xoxe-", Word, 10),
                    at_least("xoxp-", Word, 10),
                    at_least("xoxr-", Word, 10),
                    at_least("xoxs-", Word, 10),
                    at_least("xapp-", Word, 20),
                    at_least("xai-", Alphanumeric, 30),
                ]
            }
        }
        // Google's access tokens.
        b'y' => const { &[at_least("ya29.", Word, 20)] },
        _ => &[],
    }
}

/// How far a digit is looked for; bounds the work of a rule that does not hit.
const DIGIT_WITHIN: usize = 64;

/// Credentials with an issuer's prefix.
pub(super) fn prefixed(place: Place<'_>) -> Option<Hit> {
    let rest = &place.bytes()[place.at..];
    let second = *rest.get(1)?;
    let begun = |rule: &&Rule| rule.prefix.as_bytes()[1] == second;
    rules(rest[0]).iter().filter(begun).find_map(|rule| {
        let body = rest.strip_prefix(rule.prefix.as_bytes())?;
        let start = body.get(..rule.length)?;
        if !start.iter().all(|byte| rule.set.holds(*byte)) {
            return None;
        }
        if rule.exact {
            let end = place.at + rule.prefix.len() + rule.length;
            let bounded = !body.get(rule.length).is_some_and(|byte| Word.holds(*byte));
            return bounded.then_some(Hit::new(place.at, end, RedactionRule::ApiKey));
        }
        let digit = body
            .iter()
            .take(DIGIT_WITHIN)
            .take_while(|byte| rule.set.holds(**byte))
            .any(u8::is_ascii_digit);
        let length = || body.iter().take_while(|byte| Dotted.holds(**byte)).count();
        digit.then(|| {
            let end = place.at + rule.prefix.len() + without_stop(body, length());
            Hit::new(place.at, end, RedactionRule::ApiKey)
        })
    })
}

/// `length` without the full stops at its end, which end a sentence.
fn without_stop(body: &[u8], mut length: usize) -> usize {
    while length > 0 && body[length - 1] == b'.' {
        length -= 1;
    }
    length
}

/// JSON web tokens, signed or encrypted, also where the last part is cut off: `eyJ….….…`.
pub(super) fn jwt(place: Place<'_>) -> Option<Hit> {
    /// The least JOSE header, `{"alg":""}` and the like.
    const HEADER: usize = 12;
    /// What must follow the header's full stop.
    const REST: usize = 16;
    let bytes = &place.bytes()[place.at..];
    let joined = place.at > place.run_start && matches!(place.bytes()[place.at - 1], b'_' | b'-');
    if joined || !bytes.starts_with(b"eyJ") {
        return None;
    }
    let header = bytes.iter().take_while(|byte| Word.holds(**byte)).count();
    looked(header);
    if place.cut && header == bytes.len() {
        return Some(Hit::new(place.at, place.at + header, RedactionRule::Jwt));
    }
    if header < HEADER || bytes.get(header) != Some(&b'.') {
        return None;
    }
    let rest = bytes[header..]
        .iter()
        .take_while(|byte| Dotted.holds(**byte))
        .count();
    looked(rest);
    let end = place.at + without_stop(bytes, header + rest);
    (rest > REST).then(|| Hit::new(place.at, end, RedactionRule::Jwt))
}

/// PEM private keys; one without an end runs to the end of the text.
pub(super) fn private_key(place: Place<'_>) -> Option<Hit> {
    /// Longest label looked at.
    const LABEL: usize = 64;
    const DASHES: &str = "-----";
    let (text, bytes) = (place.text, place.bytes());
    let start = place.at.checked_sub(DASHES.len())?;
    if !bytes[start..].starts_with(b"-----BEGIN ") {
        return None;
    }
    let label = place.at + "BEGIN ".len();
    let is_private = |from: usize| {
        let label = &bytes[from..bytes.len().min(from + LABEL)];
        let end = label.windows(5).position(|five| five == DASHES.as_bytes())?;
        let label = &label[..end];
        label
            .windows(11)
            .any(|part| part == b"PRIVATE KEY")
            .then_some(from + end + DASHES.len())
    };
    let mut from = is_private(label)?;
    looked(text.len() - from);
    while let Some(found) = text[from..].find("-----END ") {
        from += found + "-----END ".len();
        if let Some(end) = is_private(from) {
            return Some(Hit::new(start, end, RedactionRule::PrivateKey));
        }
    }
    Some(Hit::new(start, text.len(), RedactionRule::PrivateKey))
}

/// Telegram's bot tokens: 8 to 10 digits, a colon, 35 characters; in its URLs after `bot`.
pub(super) fn telegram(place: Place<'_>) -> Option<Hit> {
    const SECRET: usize = 35;
    let at = place.at
        + if place.text[place.at..].starts_with("bot") {
            3
        } else {
            0
        };
    let bytes = &place.bytes()[at..];
    let bot = bytes
        .iter()
        .take(11)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(8..=10).contains(&bot) || bytes.get(bot) != Some(&b':') {
        return None;
    }
    let secret = bytes.get(bot + 1..bot + 1 + SECRET)?;
    let bounded = !bytes.get(bot + 1 + SECRET).is_some_and(|byte| Word.holds(*byte));
    let found = bounded && secret.iter().all(|byte| Word.holds(*byte));
    found.then(|| Hit::new(at, at + bot + 1 + SECRET, RedactionRule::ApiKey))
}

/// What follows `Bearer` or `Basic`, where it looks like a credential and not like the next word of a sentence.
pub(super) fn scheme(place: Place<'_>) -> Option<Hit> {
    let bytes = place.bytes();
    let word = &bytes[place.at..place.run_end];
    let bearer = word.eq_ignore_ascii_case(b"bearer");
    if !bearer && !word.eq_ignore_ascii_case(b"basic") {
        return None;
    }
    let gap = bytes[place.run_end..]
        .iter()
        .take_while(|byte| **byte == b' ')
        .count();
    if gap == 0 {
        return None;
    }
    let start = place.run_end + gap;
    let length = bytes[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(byte))
        .count();
    looked(length);
    let credential = &bytes[start..start + length];
    let hit = if bearer {
        length >= 20 || (length >= 6 && credential.iter().any(u8::is_ascii_digit))
    } else {
        is_basic(credential)
    };
    hit.then(|| Hit::new(start, start + length, RedactionRule::Authorization))
}

/// Whether this is base64 of `user:password`, all of it printable.
fn is_basic(credential: &[u8]) -> bool {
    let padding = credential.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = &credential[..credential.len() - padding];
    if digits.len() < 2 || padding > 2 {
        return false;
    }
    let (mut bits, mut held, mut colon) = (0_u32, 0_u32, false);
    for digit in digits {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            let byte = (bits >> held) as u8;
            bits &= (1 << held) - 1;
            colon |= byte == b':';
            if byte.is_ascii_control() {
                return false;
            }
        }
    }
    colon
}
