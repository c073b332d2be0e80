//! Variables about where records go, when, and how much of them.

use super::*;

#[test]
fn limits_fall_back_from_their_own_to_the_general() {
    type Look = fn(&Settings) -> String;
    let all: Look = |s| {
        let l = s.limits;
        debug((
            l.value_length,
            l.log_value_length,
            l.attributes,
            l.event_attributes,
            l.link_attributes,
            l.log_attributes,
        ))
    };
    let counts: Look = |s| debug((s.limits.events, s.limits.links));
    check(&[
        (
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "9",
            all,
            "(9, 9, 128, 128, 128, 128)",
            &[],
        ),
        (
            "OTEL_ATTRIBUTE_COUNT_LIMIT",
            "0",
            all,
            "(4096, 4096, 0, 0, 0, 0)",
            &[],
        ),
        (
            "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "9",
            all,
            "(9, 4096, 128, 128, 128, 128)",
            &[],
        ),
        (
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 9, 128, 128, 128)",
            &[],
        ),
        (
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 128, 9, 128, 128)",
            &[],
        ),
        (
            "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 128, 128, 9, 128)",
            &[],
        ),
        (
            "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
            "9",
            all,
            "(4096, 4096, 128, 128, 128, 9)",
            &[],
        ),
        (
            "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            "9",
            all,
            "(4096, 9, 128, 128, 128, 128)",
            &[],
        ),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "9", counts, "(9, 128)", &[]),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "9", counts, "(128, 9)", &[]),
        (
            "OTEL_SPAN_LINK_COUNT_LIMIT",
            "-1",
            counts,
            "(128, 128)",
            &["`-1` is not a whole number; 128 is used"],
        ),
    ]);
    let both = read(&[
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "7"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "x"),
    ]);
    assert_eq!(both.limits.attributes, 7);
    assert_eq!(
        problems(&both),
        ["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: `x` is not a whole number; 7 is used"]
    );
}

#[test]
fn batches_and_intervals() {
    type Look = fn(&Settings) -> String;
    fn shown(b: &Batching) -> String {
        debug((b.delay, b.export_timeout, b.queue_records, b.batch_records))
    }
    let spans: Look = |s| shown(&s.span_batches);
    let logs: Look = |s| shown(&s.log_batches);
    let metrics: Look = |s| debug((s.metric_timing.interval, s.metric_timing.timeout));
    let queue: Look = |s| s.queue_bytes.to_string();
    check(&[
        (
            "OTEL_BSP_SCHEDULE_DELAY",
            "5000",
            spans,
            "(5s, Some(300s), None, 8192)",
            &[],
        ),
        (
            "OTEL_BSP_SCHEDULE_DELAY",
            "5s",
            spans,
            "(1s, Some(300s), None, 8192)",
            &["`5s` is not a whole number; 1000 ms is used"],
        ),
        (
            "OTEL_BSP_EXPORT_TIMEOUT",
            "0",
            spans,
            "(1s, None, None, 8192)",
            &[],
        ),
        (
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "2048",
            spans,
            "(1s, Some(300s), Some(2048), 2048)",
            &[],
        ),
        (
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "0",
            spans,
            "(1s, Some(300s), None, 8192)",
            &["`0` is below 1; the budget in bytes is used"],
        ),
        (
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
            "512",
            spans,
            "(1s, Some(300s), None, 512)",
            &[],
        ),
        (
            "OTEL_BLRP_SCHEDULE_DELAY",
            "20",
            logs,
            "(20ms, Some(300s), None, 8192)",
            &[],
        ),
        (
            "OTEL_BLRP_EXPORT_TIMEOUT",
            "20",
            logs,
            "(1s, Some(20ms), None, 8192)",
            &[],
        ),
        (
            "OTEL_BLRP_MAX_QUEUE_SIZE",
            "20",
            logs,
            "(1s, Some(300s), Some(20), 20)",
            &[],
        ),
        (
            "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
            "20",
            logs,
            "(1s, Some(300s), None, 20)",
            &[],
        ),
        (
            "OTEL_METRIC_EXPORT_INTERVAL",
            "100",
            metrics,
            "(100ms, Some(300s))",
            &[],
        ),
        (
            "OTEL_METRIC_EXPORT_INTERVAL",
            "0",
            metrics,
            "(60s, Some(300s))",
            &["0 is below 1; 60000 ms is used"],
        ),
        ("OTEL_METRIC_EXPORT_TIMEOUT", "0", metrics, "(60s, None)", &[]),
        ("SPANWRIGHT_QUEUE_BYTES", "1000000", queue, "1000000", &[]),
        ("SPANWRIGHT_QUEUE_BYTES", "64 MiB", queue, "67108864", &[]),
        (
            "SPANWRIGHT_QUEUE_BYTES",
            "1",
            queue,
            "33554432",
            &["`1` is below 256 KiB; 32 MiB is used"],
        ),
        (
            "SPANWRIGHT_QUEUE_BYTES",
            "lots",
            queue,
            "33554432",
            &["`lots` is not a number of bytes; 32 MiB is used"],
        ),
        (
            "SPANWRIGHT_QUEUE_BYTES",
            "99999999999GiB",
            queue,
            "33554432",
            &["`99999999999GiB` is too large; 32 MiB is used"],
        ),
    ]);
    let both = read(&[
        ("OTEL_BSP_MAX_QUEUE_SIZE", "10"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "11"),
    ]);
    assert_eq!(both.span_batches.batch_records, 10);
    let told = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE: is larger than OTEL_BSP_MAX_QUEUE_SIZE; 10 is used";
    assert_eq!(problems(&both), [told]);
}

#[test]
fn exporters() {
    type Look = fn(&Settings) -> String;
    let traces: Look = |s| debug(&s.traces.exporters);
    let all: Look = |s| debug(Signal::ALL.map(|signal| s.signal(signal).exporters.as_ref().map(Vec::len)));
    check(&[
        (
            "OTEL_TRACES_EXPORTER",
            "otlp, console,otlp",
            traces,
            "Some([Otlp, Console])",
            &[],
        ),
        ("OTEL_TRACES_EXPORTER", "None", traces, "Some([])", &[]),
        (
            "OTEL_TRACES_EXPORTER",
            "none,console",
            traces,
            "Some([Console])",
            &["`none` stands beside other names; the others are used"],
        ),
        ("OTEL_TRACES_EXPORTER", "zipkin", traces, "Some([Zipkin])", &[]),
        (
            "OTEL_TRACES_EXPORTER",
            "stdout,otlp",
            traces,
            "Some([Otlp])",
            &["`stdout` is none of otlp, console, zipkin, jaeger, none; it is left out"],
        ),
        ("OTEL_LOGS_EXPORTER", "otlp", all, "[None, Some(1), None]", &[]),
        (
            "OTEL_METRICS_EXPORTER",
            "prometheus,console",
            all,
            "[None, None, Some(2)]",
            &[],
        ),
        (
            "OTEL_LOGS_EXPORTER",
            "prometheus",
            all,
            "[None, None, None]",
            &["`prometheus` takes metrics alone; it is left out"],
        ),
        (
            "OTEL_EXPORTER_PROMETHEUS_PORT",
            "seventy",
            all,
            "[None, None, None]",
            &[
                "has no effect: OTEL_METRICS_EXPORTER does not name prometheus",
                "`seventy` is no port; 9464 is used",
            ],
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://x",
            all,
            "[Some(1), Some(1), Some(1)]",
            &[],
        ),
        (
            "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
            "http://x",
            all,
            "[None, None, Some(1)]",
            &[],
        ),
        (
            "OTEL_EXPORTER_TYPE",
            "console",
            traces,
            "Some([Console])",
            &["read as OTEL_TRACES_EXPORTER, which is its name now"],
        ),
        (
            "OTEL_LOGS_EXPORTER",
            "jaeger",
            all,
            "[None, None, None]",
            &["`jaeger` takes traces alone; it is left out"],
        ),
    ]);
    // Jaeger takes traces only: naming them keeps the general endpoint from meaning logs and metrics too.
    let jaeger = read(&[
        ("OTEL_TRACES_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://x:4318"),
    ]);
    assert_eq!(all(&jaeger), "[Some(1), None, None]");
    let off = read(&[
        ("OTEL_TRACES_EXPORTER", "none"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x"),
    ]);
    assert_eq!(all(&off), "[Some(0), None, None]");
}

#[test]
fn variables_without_effect_say_what_to_do() {
    for (name, message) in legacy::WITHOUT_EFFECT {
        assert_eq!(
            problems(&read(&[(name, "anything")])),
            [format!("{name}: {message}")]
        );
    }
    let fixed = read(&[
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
            "EXPLICIT_BUCKET_HISTOGRAM",
        ),
    ]);
    let told =
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: `delta` is not supported; cumulative is used";
    assert_eq!(problems(&fixed), [told]);
}
