//! Values as programs record them, none of which hides anything, in fixed proportions.

use super::generator::Generator;

type Make = fn(&mut Generator) -> String;

/// Thousandths of all values, by kind.
pub(crate) const SHARES: [(&str, u64, Make); 28] = [
    ("uuid", 90, uuid),
    ("trace id", 50, |random| random.hex(32)),
    ("span id", 40, |random| random.hex(16)),
    ("sixteen-digit id", 20, |random| {
        format!("{}{}", 1 + random.below(9), random.digits(15))
    }),
    ("other number", 60, |random| {
        let length = 1 + random.below(12) as usize;
        random.digits(length)
    }),
    ("epoch seconds", 20, |random| {
        (1_700_000_000 + random.below(99_999_999)).to_string()
    }),
    ("epoch milliseconds", 30, |random| {
        (1_700_000_000_000 + random.below(99_999_999_999)).to_string()
    }),
    ("epoch nanoseconds", 30, |random| {
        (1_700_000_000_000_000_000 + random.below(99_999_999_999_999_999)).to_string()
    }),
    ("float", 50, |random| format!("{:?}", random.next() as f64 / 1e19)),
    ("time", 40, time),
    ("version", 30, |random| {
        format!(
            "v{}.{}.{}-rc.{}+build.{}",
            random.below(9),
            random.below(99),
            random.below(99),
            random.below(9),
            random.hex(7)
        )
    }),
    ("path", 60, |random| {
        format!(
            "/srv/{}/{}/{}.{}",
            random.word(),
            random.word(),
            random.hex(8),
            random.pick(&["rs", "json", "py", "log"])
        )
    }),
    ("route", 50, |random| {
        format!(
            "{} /api/v{}/{}s/{{id}}/{}",
            random.pick(&["GET", "POST", "PUT"]),
            random.below(4),
            random.word(),
            random.word()
        )
    }),
    ("url", 50, |random| {
        format!(
            "https://{}.example.com/{}s/{}?page={}&max_tokens={}#top",
            random.word(),
            random.word(),
            random.below(99_999),
            random.below(99),
            random.below(4096)
        )
    }),
    ("sql", 50, |random| {
        format!(
            "SELECT id, token, password FROM {}s WHERE {}_id = $1 AND status IN (?) LIMIT {}",
            random.word(),
            random.word(),
            random.below(100)
        )
    }),
    ("sentence", 60, sentence),
    ("json", 50, |random| {
        format!(
            "{{\"{}\":{},\"prompt_tokens\":{},\"items\":[\"{}\",\"{}\"],\"ok\":true}}",
            random.word(),
            random.below(9999),
            random.below(4096),
            random.word(),
            random.hex(12)
        )
    }),
    ("base64", 20, |random| {
        format!(
            "data:image/png;base64,{}==",
            random.text(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                200
            )
        )
    }),
    ("digest", 30, |random| format!("sha256:{}", random.hex(64))),
    ("object id", 20, |random| random.hex(24)),
    ("model", 20, |random| {
        random
            .pick(&[
                "gpt-4o-mini-2024-07-18",
                "claude-sonnet-4-5-20250929",
                "gemini-2.5-pro",
                "mistral-large-latest",
                "text-embedding-3-large",
            ])
            .to_owned()
    }),
    ("header", 20, |random| {
        random
            .pick(&[
                "application/json; charset=utf-8",
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101",
                "en-US,en;q=0.9",
                "W/\"5f-1a2b3c\"",
                "gzip, deflate, br",
            ])
            .to_owned()
    }),
    ("address", 30, |random| {
        format!(
            "10.{}.{}.{}:{}",
            random.below(256),
            random.below(256),
            random.below(256),
            1024 + random.below(60_000)
        )
    }),
    ("code", 30, |random| {
        format!(
            "app::{}::{}::{}",
            random.word(),
            random.word(),
            random.pick(&["token", "secret_store", "parse", "auth"])
        )
    }),
    ("log line", 30, |random| {
        format!(
            "{} INFO {}: took {}ms attempt={} next_page_token={} max_tokens: {}",
            time(random),
            random.word(),
            random.below(9999),
            random.below(9),
            random.hex(6),
            random.below(4096)
        )
    }),
    ("slug", 10, |random| {
        format!(
            "{}-{}-{}-eu-west-{}",
            random.word(),
            random.word(),
            random.word(),
            random.below(4)
        )
    }),
    ("debug", 5, |random| {
        format!(
            "Order {{ id: {}, state: Some(Paid), total: {:.2}, lines: [{}, {}] }}",
            random.below(99_999),
            random.below(99_999) as f64 / 100.0,
            random.below(9),
            random.below(9)
        )
    }),
    ("snowflake", 5, |random| {
        (1_000_000_000_000_000_000 + random.below(400_000_000_000_000_000)).to_string()
    }),
];

fn uuid(random: &mut Generator) -> String {
    format!(
        "{}-{}-4{}-a{}-{}",
        random.hex(8),
        random.hex(4),
        random.hex(3),
        random.hex(3),
        random.hex(12)
    )
}

fn time(random: &mut Generator) -> String {
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60),
        random.below(1_000_000)
    )
}

fn sentence(random: &mut Generator) -> String {
    let endings = [
        "the token was unexpected",
        "no password is needed here",
        "the author asked for a secret santa",
        "a basic authentication scheme",
        "the bearer of this message",
        "mail us at the desk, room 4",
        "it cost 12 345 678 units",
    ];
    format!(
        "The {} of this {} {}.",
        random.word(),
        random.word(),
        random.pick(&endings)
    )
}

/// So many values, each with its kind.
pub(crate) fn benign(count: usize) -> Vec<(&'static str, String)> {
    let mut random = Generator::new(11);
    let mut all = Vec::with_capacity(count);
    for (kind, share, make) in SHARES {
        let own = count as u64 * share / 1000;
        all.extend((0..own).map(|_| (kind, make(&mut random))));
    }
    all
}
