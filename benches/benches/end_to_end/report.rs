//! The results as a table, and as JSON.

use crate::producer::Order;
use serde_json::{Value, json};
use spanwright_benches::machine::Machine;
use spanwright_benches::numbers::thousands;
use spanwright_benches::table::Table;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

/// What became of one order.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    order: Order,
    made: u64,
    delivered: u64,
    /// By reason; `None` where the system does not say.
    lost: Option<BTreeMap<String, u64>>,
    /// While producing.
    made_per_second: f64,
    cpu_ns_per_delivered: f64,
    peak_mib: f64,
}

impl Row {
    /// From the producer's line and the sink's count.
    pub(crate) fn read(order: Order, delivered: u64, produced: &[u8]) -> Result<Self, Box<dyn Error>> {
        let produced: Value = serde_json::from_slice(produced)?;
        let number = |key: &str| produced[key].as_f64().ok_or(format!("no {key}"));
        let made = number("made")? as u64;
        Ok(Self {
            order,
            made,
            delivered,
            lost: serde_json::from_value(produced["lost"].clone())?,
            made_per_second: made as f64 / number("producing_s")?,
            cpu_ns_per_delivered: number("cpu_ns")? / delivered.max(1) as f64,
            peak_mib: number("peak_kib")? / 1024.0,
        })
    }

    /// Whether all that was made has arrived.
    pub(crate) fn is_whole(&self) -> bool {
        self.made == self.delivered
    }

    /// The share of a core that the program took.
    pub(crate) fn core(&self, seconds: u64) -> f64 {
        self.cpu_ns_per_delivered * self.delivered as f64 / (seconds as f64 * 1e9)
    }

    pub(crate) fn peak_mib(&self) -> f64 {
        self.peak_mib
    }

    fn pace(&self) -> String {
        match (self.order.rate, self.order.threads) {
            (0, 1) => "unthrottled, 1 thread".to_owned(),
            (0, threads) => format!("unthrottled, {threads} threads"),
            (rate, _) => format!("{}/s", thousands(rate as i64)),
        }
    }

    /// Known losses by reason, and what neither arrived nor was counted.
    fn losses(&self) -> String {
        let known = self.lost.iter().flatten();
        let mut texts: Vec<_> = known
            .clone()
            .map(|(reason, count)| format!("{} {reason}", thousands(*count as i64)))
            .collect();
        let counted: u64 = known.map(|(_, count)| count).sum();
        let silent = self.made as i64 - self.delivered as i64 - counted as i64;
        if silent != 0 {
            texts.push(format!("{} uncounted", thousands(silent)));
        }
        if texts.is_empty() {
            "none".to_owned()
        } else {
            texts.join(", ")
        }
    }
}

pub(crate) fn print(rows: &[Row], seconds: u64) -> Result<(), Box<dyn Error>> {
    let mut table = Table::new([
        "",
        "pace",
        "made",
        "made/s",
        "delivered",
        "lost",
        "CPU ns per delivered span",
        "peak RSS above idle, MiB",
    ]);
    for row in rows {
        table.row(vec![
            row.order.system.clone(),
            row.pace(),
            thousands(row.made as i64),
            thousands(row.made_per_second as i64),
            thousands(row.delivered as i64),
            row.losses(),
            thousands(row.cpu_ns_per_delivered as i64),
            format!("{:.1}", row.peak_mib),
        ]);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n", Machine::read())?;
    writeln!(
        out,
        "To a sink in another process over OTLP/HTTP, {seconds} s for each row.\n"
    )?;
    writeln!(out, "{table}")?;
    Ok(())
}

pub(crate) fn json(rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "system": row.order.system,
                "pace": row.pace(),
                "made": row.made,
                "delivered": row.delivered,
                "lost": row.lost,
                "cpu_ns": row.cpu_ns_per_delivered,
                "peak_mib": row.peak_mib,
            })
        })
        .collect();
    Ok(serde_json::to_string_pretty(&json!({ "rows": rows }))?)
}
