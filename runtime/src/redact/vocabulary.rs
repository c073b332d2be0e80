//! The words that make a key sensitive, alone or in pairs, and those that take it back.
//!
//! All are in lower case and of at most 24 bytes: longer words are not looked up.

/// Words that make a key sensitive wherever they stand.
pub(super) fn is_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"password"
            | b"passwords"
            | b"passwd"
            | b"pwd"
            | b"passphrase"
            | b"passphrases"
            | b"passcode"
            | b"secret"
            | b"secrets"
            | b"apikey"
            | b"apikeys"
            | b"xapikey"
            | b"authorization"
            | b"credential"
            | b"credentials"
            | b"creds"
            | b"cookie"
            | b"cookies"
            | b"setcookie"
            | b"csrf"
            | b"xsrf"
            | b"otp"
            | b"totp"
            | b"ssn"
            | b"jwt"
            | b"bearer"
            | b"privatekey"
            | b"accesskey"
            | b"secretkey"
            | b"authkey"
            | b"authheader"
            | b"clientsecret"
            | b"accesstoken"
            | b"refreshtoken"
            | b"idtoken"
            | b"sessiontoken"
            | b"authtoken"
            | b"apitoken"
            | b"connectionstring"
            | b"connstr"
            | b"cardnumber"
            | b"creditcard"
            | b"cvv"
            | b"cvc"
            | b"phpsessid"
            | b"jsessionid"
            | b"awsaccesskeyid"
            | b"mnemonic"
    )
}

/// Pairs of words that make a key sensitive together only.
pub(super) fn is_pair(first: &[u8], second: &[u8]) -> bool {
    match second {
        b"key" | b"keys" => {
            matches!(
                first,
                b"api"
                    | b"access"
                    | b"private"
                    | b"secret"
                    | b"signing"
                    | b"encryption"
                    | b"decryption"
                    | b"master"
                    | b"auth"
                    | b"account"
                    | b"shared"
                    | b"subscription"
                    | b"ssh"
                    | b"deploy"
                    | b"hmac"
                    | b"aes"
                    | b"rsa"
                    | b"gpg"
                    | b"pgp"
                    | b"functions"
                    | b"app"
                    | b"application"
                    | b"license"
            ) || is_provider(first)
        }
        b"tokens" => matches!(
            first,
            b"auth" | b"access" | b"api" | b"refresh" | b"session" | b"bearer"
        ),
        b"header" => first == b"auth",
        b"auth" => matches!(first, b"basic" | b"proxy"),
        b"string" | b"strings" | b"str" => matches!(first, b"connection" | b"conn"),
        b"phrase" => matches!(first, b"pass" | b"seed" | b"recovery" | b"backup"),
        b"word" => first == b"pass",
        b"pass" => matches!(
            first,
            b"db"
                | b"user"
                | b"admin"
                | b"root"
                | b"smtp"
                | b"imap"
                | b"ftp"
                | b"mysql"
                | b"postgres"
                | b"pg"
                | b"redis"
                | b"http"
                | b"proxy"
        ),
        b"signature" => first == b"access",
        b"code" | b"codes" => matches!(
            first,
            b"security" | b"recovery" | b"backup" | b"verification" | b"mfa" | b"pin" | b"pass"
        ),
        b"answer" => first == b"security",
        b"security" => first == b"social",
        b"number" => matches!(first, b"card" | b"pin"),
        b"card" => first == b"credit",
        b"sid" => first == b"connect",
        b"pin" => matches!(
            first,
            b"user" | b"card" | b"sim" | b"atm" | b"bank" | b"debit" | b"security"
        ),
        _ => false,
    }
}

/// Who gives keys to programs: `OPENAI_KEY`.
fn is_provider(word: &[u8]) -> bool {
    matches!(
        word,
        b"openai"
            | b"anthropic"
            | b"claude"
            | b"azure"
            | b"gemini"
            | b"mistral"
            | b"cohere"
            | b"groq"
            | b"deepseek"
            | b"openrouter"
            | b"perplexity"
            | b"fireworks"
            | b"huggingface"
            | b"replicate"
            | b"langfuse"
            | b"langsmith"
            | b"pinecone"
            | b"datadog"
            | b"honeycomb"
            | b"sendgrid"
            | b"twilio"
            | b"stripe"
    )
}

/// Words before `token` that make it a piece of text, a measure or a place in a listing.
pub(super) fn measures_tokens(before: &[u8]) -> bool {
    matches!(
        before,
        b"prompt"
            | b"completion"
            | b"input"
            | b"output"
            | b"cached"
            | b"reasoning"
            | b"total"
            | b"max"
            | b"min"
            | b"per"
            | b"first"
            | b"last"
            | b"next"
            | b"page"
            | b"continuation"
            | b"cancellation"
            | b"eos"
            | b"bos"
            | b"pad"
            | b"unk"
            | b"unknown"
            | b"stop"
            | b"start"
            | b"end"
            | b"special"
            | b"mask"
            | b"sep"
            | b"cls"
            | b"unexpected"
            | b"expected"
            | b"sync"
    )
}

/// Last words that say the value is about the secret and is not the secret.
pub(super) fn describes(last: &[u8]) -> bool {
    matches!(
        last,
        b"count" | b"counts" | b"usage" | b"used" | b"limit" | b"limits" | b"budget" | b"type" | b"types" | b"length"
            | b"len" | b"size" | b"bytes" | b"expiry" | b"expires" | b"expiration" | b"expired" | b"ttl" | b"age"
            | b"status" | b"policy" | b"url" | b"uri" | b"endpoint" | b"enabled" | b"disabled" | b"present"
            | b"required" | b"valid" | b"invalid" | b"name" | b"names" | b"version" | b"rate" | b"cost" | b"price"
            | b"strength" | b"ratio" | b"arn" | b"source" | b"provider" | b"method" | b"scheme" | b"mode" | b"kind"
            | b"format" | b"algorithm" | b"alg" | b"issuer" | b"audience" | b"scope" | b"scopes" | b"location"
            | b"file" | b"path" | b"dir" | b"store" | b"manager" | b"field" | b"prefix" | b"at" | b"in" | b"on"
            | b"time" | b"date" | b"ms" | b"seconds" | b"second" | b"sec" | b"duration" | b"requested" | b"verified"
            | b"changed" | b"domain" | b"consent" | b"server" | b"service" | b"per" | b"logprobs"
            // `src/token.rs:42`
            | b"rs" | b"py" | b"js" | b"ts" | b"tsx" | b"jsx" | b"java" | b"rb" | b"kt" | b"php" | b"cs" | b"cpp"
    )
}

/// First words of a yes-or-no or a number.
pub(super) fn asks(first: &[u8]) -> bool {
    matches!(
        first,
        b"has" | b"is" | b"no" | b"needs" | b"requires" | b"use" | b"uses" | b"num" | b"missing"
    )
}
