//! `OTEL_TRACES_SAMPLER` and its argument, and the two older names.

use super::env::{Env, quoted};
use crate::sampler::Sampler;

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
const OLDER_RATIO: &str = "TRACE_SAMPLING_RATE";
const LIMIT: &str = "MAX_TRACES_PER_SECOND";

/// The sampler that the variables ask for; `None` where none of them does.
pub(super) fn read(env: &mut Env<'_>) -> Option<Sampler> {
    let standard = env.text(SAMPLER);
    if standard.is_none() && env.is_set(ARGUMENT) {
        env.note(
            ARGUMENT,
            "has no effect without OTEL_TRACES_SAMPLER, such as parentbased_traceidratio",
        );
    }
    let sampler = match standard {
        Some(name) => by_name(env, &name),
        None => older_ratio(env).map(Sampler::parent_ratio),
    };
    let limit = env.parsed(LIMIT, "no limit", |text| {
        number(text)
            .filter(|rate| *rate >= 0.0 && rate.is_finite())
            .ok_or_else(|| format!("{} is not a number of traces per second", quoted(text)))
    });
    match limit {
        Some(limit) => Some(sampler.unwrap_or_default().limit(limit)),
        None => sampler,
    }
}

fn by_name(env: &mut Env<'_>, name: &str) -> Option<Sampler> {
    let lower = name.to_ascii_lowercase();
    if !lower.ends_with("traceidratio") && env.is_set(ARGUMENT) {
        env.note(
            ARGUMENT,
            format!("has no effect with the sampler {}", quoted(name)),
        );
    }
    Some(match lower.as_str() {
        "always_on" => Sampler::always_on(),
        "always_off" => Sampler::always_off(),
        "traceidratio" => Sampler::ratio(argument(env)),
        "parentbased_always_on" => Sampler::default(),
        "parentbased_always_off" => Sampler::parent_based(Sampler::always_off()),
        "parentbased_traceidratio" => Sampler::parent_ratio(argument(env)),
        "jaeger_remote" | "parentbased_jaeger_remote" | "xray" => {
            env.refuse(
                SAMPLER,
                format!("{} is not supported; parentbased_always_on is used", quoted(name)),
            );
            return None;
        }
        _ => {
            env.refuse(
                SAMPLER,
                format!(
                    "{} is not the name of a sampler; parentbased_always_on is used",
                    quoted(name)
                ),
            );
            return None;
        }
    })
}

fn argument(env: &mut Env<'_>) -> f64 {
    env.parsed(ARGUMENT, "1.0", ratio).unwrap_or(1.0)
}

/// `TRACE_SAMPLING_RATE`: a share of new traces.
fn older_ratio(env: &mut Env<'_>) -> Option<f64> {
    let share = env.parsed(OLDER_RATIO, "parentbased_always_on", ratio)?;
    env.note(
        OLDER_RATIO,
        "read as OTEL_TRACES_SAMPLER=parentbased_traceidratio with this OTEL_TRACES_SAMPLER_ARG",
    );
    Some(share)
}

/// A share between 0 and 1.
fn ratio(text: &str) -> Result<f64, String> {
    number(text)
        .filter(|ratio| (0.0..=1.0).contains(ratio))
        .ok_or_else(|| format!("{} is not a number between 0 and 1", quoted(text)))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}
