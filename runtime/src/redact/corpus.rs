//! Texts with planted secrets, and values that hide nothing.

/// A text with a secret in it, and the part that must not survive. The secrets are put together here so that no
/// scanner of sources takes them for real ones.
pub(super) fn planted() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |before: &str, secret: String, after: &str| {
        all.push((format!("{before}{secret}{after}"), secret));
    };
    for prefix in [
        "ghp_",
        "gho_",
        "ghs_",
        "ghu_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "sk-",
        "sk-proj-",
        "sk-ant-api03-",
        "sk-lf-",
        "sk-lw-",
        "sk-or-v1-",
        "gsk_",
        "xai-",
        "hf_",
        "npm_",
        "sk_live_",
        "rk_test_",
        "xoxb-",
        "xoxp-",
        "AIza",
        "pplx-",
        "hvs.",
        "ya29.",
        "nvapi-",
        "lsv2_pt_",
        "tvly-",
        "GOCSPX-",
    ] {
        let secret = format!("{prefix}{}", "a1B2c3D4e5F6g7H8i9".repeat(2));
        for (before, after) in [
            ("", ""),
            ("used ", " here"),
            ("(", ")."),
            ("line\\n", "\\n"),
            ("k%20", "&x"),
            ("é", "é"),
        ] {
            add(before, secret.clone(), after);
        }
    }
    add("id ", ["AKIA", "IOSFODNN7EXAMPLE"].concat(), " end");
    add("id=", ["ASIA", "Y34FZKBOKMUTVV7A"].concat(), "");
    add("", format!("pypi-AgEIcHlwaS5vcmc{}", "Ab3_".repeat(12)), "");
    add("", format!("SG.{}.{}", "aB3".repeat(8), "cD4".repeat(14)), "");
    add("sid ", format!("SK{}", "0a1b2c3d".repeat(4)), "!");
    add("/bot", format!("123456789:{}", "AAb-C".repeat(7)), "/getMe");
    let jwt = [
        "eyJhbGciOiJIUzI1NiJ9",
        "eyJzdWIiOiIxMjM0In0",
        "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    ]
    .join(".");
    add("got ", jwt.clone(), " back.");
    add("cookie; s=", jwt.clone(), "");
    add("cut ", jwt[..45].to_owned(), "");
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
    add(
        "-----BEGIN PRIVATE KEY-----\n",
        body.to_owned(),
        "\n-----END PRIVATE KEY-----\n",
    );
    add(
        "x -----BEGIN RSA PRIVATE KEY-----\\n",
        body.to_owned(),
        "\\n-----END RSA PRIVATE KEY----- y",
    );
    add(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n",
        body.to_owned(),
        "\ncut off",
    );
    add("-----BEGIN PGP PRIVATE KEY BLOCK-----\n", body.to_owned(), "");
    add("sent Bearer ", "abc123def".to_owned(), " ok");
    add("sent bearer ", "mF_9.B5f-4.1JqM".to_owned(), "");
    add("sent Basic ", "Ym9iOmh1bnRlcjI=".to_owned(), " ok");
    for (before, after) in [
        ("password=", ""),
        ("login failed: password=", " for bob"),
        ("password: ", ""),
        ("Password : ", " x"),
        ("{\"apiKey\": \"", "\"}"),
        ("{\"a\":{\"api_key\":\"", "\",\"b\":1}}"),
        ("{\\\"password\\\":\\\"", "\\\"}"),
        ("{'password': '", "'}"),
        ("--password ", " --verbose"),
        ("--password=", ""),
        ("run --api-key '", "'"),
        ("AZURE_OPENAI_KEY=", ""),
        ("export ANTHROPIC_KEY='", "'"),
        ("db_pass=", ";x=1"),
        ("Authorization: Bearer ", ""),
        ("authorization: Basic ", "\r\nHost: x"),
        ("-H \"X-Api-Key: ", "\" -v"),
        ("Cookie: a=1; sid=", "; b=2"),
        ("Set-Cookie: s=", "; Path=/"),
        ("?q=1&access_token=", "&page=2"),
        ("Server=db;User=sa;Password=", ";Timeout=3"),
        ("<password>", "</password>"),
        ("user[password]=", ""),
        ("api key: ", ""),
        ("API-Key: ", ""),
        ("my private key: ", ""),
        ("Config { password: \"", "\", port: 1 }"),
        ("Config { token: Some(\"", "\") }"),
        ("Login { credentials: Basic { user: \"bob\", pass: \"", "\" } }"),
        ("[(\"authorization\", \"", "\")]"),
        ("[\"x-api-key\",\"", "\"]"),
        ("password%3D", "%26x%3D1"),
        ("config[\"secret\"] = \"", "\""),
        ("secret => '", "'"),
        ("{\"credentials\":{\"user\":\"", "\"}}"),
        ("{\"secrets\":[\"a\",\"", "\"]}"),
        ("aws_secret_access_key = ", "\n"),
        ("**Password**: ", ""),
        ("password: r\"", "\""),
        ("{\"password\":\"", ""),
        ("{\"password\":\"a\\\"", "\"}"),
        ("msg=\"password=", "\""),
        ("https://bob:", "@example.com/x"),
        ("postgres://u:", "@db/app"),
        ("redis://:", "@cache:6379"),
        ("?next=https%3A%2F%2Fbob%3A", "%40example.com%2Fx"),
        ("https:\\/\\/bob:", "@example.com"),
        ("https://", "@github.com/a/b"),
        ("X-Amz-Signature=1&sig=", ""),
        ("https://s3/x?X-Amz-Credential=", "&a=1"),
        ("password='it''s ", "'"),
        ("token: Bearer ", ""),
        ("\\tpassword=", "\\n"),
        ("a%26password=", ""),
        ("PASSWORD=", ""),
        ("export OPENAI_API_KEY=", ""),
    ] {
        add(
            before,
            "hunter2+Zq/9".replace('/', if before.contains("//") { "." } else { "/" }),
            after,
        );
    }
    add("password=", "p@ss,w0rd;x&y)z".to_owned(), " for bob");
    add("{\"pin\":", "73519".to_owned(), "}");
    add("{\"otp\": ", "482913".to_owned(), ", \"n\": 1}");
    all
}

/// A few hundred values as programs record them, none of which hides anything.
pub(super) fn benign() -> Vec<String> {
    let mut all: Vec<String> = [
        "SELECT id, name FROM users WHERE password = ? AND token = $1",
        "SELECT token FROM sessions WHERE id = $1",
        "UPDATE users SET password = :password WHERE id = :id",
        "SELECT * FROM secrets",
        "SELECT count(*) FROM tokens",
        "INSERT INTO orders (id, total) VALUES (?, ?), (?, ?)",
        "CREATE TABLE cookies (id int, secret text)",
        "gpt-4o-mini-2024-07-18",
        "claude-sonnet-4-5-20250929",
        "gemini-2.5-pro",
        "text-embedding-3-large",
        "meta-llama/Llama-3.3-70B-Instruct",
        "mistral-large-latest",
        "o4-mini",
        "sk-learn",
        "sklearn.pipeline",
        "/usr/lib/x86_64-linux-gnu/libssl.so.3",
        "C:\\new\\token\\secrets.rs",
        "src/auth/token.rs:42:7",
        "app::auth::token::parse",
        "crate::secret::Key",
        "std::io::Error",
        "core::option::Option<alloc::string::String>",
        "application/json; charset=utf-8",
        "text/event-stream",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101",
        "GET /users/{id}/tokens",
        "https://example.com/path?page=2&sort=name#top",
        "http://[::1]:8080/health",
        "https://medium.com/@user/post-1",
        "ssh://git@github.com/org/repo.git",
        "git@github.com:org/repo.git",
        "prompt_tokens=12 completion_tokens=34 max_tokens: 100",
        "{\"prompt_tokens\":12,\"total_tokens\":46}",
        "unexpected token: `}` at line 3",
        "Unexpected token < in JSON at position 0",
        "invalid password",
        "password: required",
        "token: expired",
        "the author: Jane Doe",
        "monkey=1 keyboard=us",
        "session.id=abc123",
        "basic authentication is off",
        "Basic training",
        "the bearer of this message",
        "Bearer authentication failed",
        "password=",
        "password=null",
        "pass=true fail=false",
        "boarding pass: B12",
        "{\"token\":null,\"password\":\"\"}",
        "password=[REDACTED]",
        "api_key=%s",
        "2026-11-21T12:34:56.789Z",
        "1700000000",
        "1700000000123456789",
        "127.0.0.1:5432",
        "fe80::1",
        "12:34:56",
        "v1.2.3-rc.1+build.5",
        "=1.88, <2.0",
        "rustc 1.95.0 (0123abcde 2026-03-01)",
        "en-US,en;q=0.9",
        "W/\"5f-1a2b3c\"",
        "connection refused (os error 111)",
        "deadline has elapsed",
        "duplicate key value violates unique constraint",
        "risk-assessment-pipeline-v2-production-eu-west-1",
        "task-force-1234567890-abcdefgh",
        "SKU-000123456789",
        "arn:aws:iam::123456789012:role/reader",
        "projects/p-1/locations/eu/keyRings/r",
        "hf_hub_download",
        "npm_config_registry",
        "SG.1",
        "eyJ",
        "eyJhbGciOiJub25lIn0",
        "xoxb",
        "ghp_",
        "AKIA",
        "hello, world",
        "",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "café, naïve, 東京, 🦀",
        "a: b, c: d",
        "k=v;k2=v2",
        "key: value",
        "primary key: id",
        "public key: ssh",
        "foreign_key=user_id",
        "Result<Token, ParseError>",
        "has_token=true",
        "token_count=5",
        "next_page_token=abc",
        "cookie.name=theme",
        "--max-tokens 5",
        "--tokenizer bpe",
        "{\"role\":\"user\",\"content\":\"What is a secret? Tell me about passwords.\"}",
        "[\"password\",\"token\"]",
        "[\"username\",\"password\"]",
        "{\"required\":[\"a\",\"b\"]}",
    ]
    .map(str::to_owned)
    .into();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state ^ (state >> 29)
    };
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for _ in 0..60 {
        let (a, b) = (next(), next());
        all.push(format!("{a:016x}{b:016x}"));
        all.push(format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            a >> 32,
            a & 0xffff,
            b & 0xfff,
            a & 0xfff,
            b >> 16
        ));
        all.push(format!("00-{a:016x}{b:016x}-{b:016x}-01"));
        all.push(format!("sha256:{a:016x}{b:016x}{a:016x}{b:016x}"));
        all.push(format!("req_{a:x}_{b}"));
        all.push(format!("{}", a % 10_000_000_000_000));
        let image: String = (0..300)
            .map(|_| char::from(BASE64[(next() >> 40) as usize % 64]))
            .collect();
        all.push(format!("data:image/png;base64,{image}=="));
    }
    all
}
