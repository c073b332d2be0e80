//! The results as tables, and as JSON for the chart.

use crate::case::Case;
use crate::rounds::Measured;
use crate::systems::{OURS, PLAIN, SYSTEMS};
use spanwright_benches::machine::Machine;
use spanwright_benches::numbers::short;
use spanwright_benches::table::Table;
use std::error::Error;
use std::io::Write;

const NONE: &str = "–";

fn find<'a>(results: &'a [Measured], system: &str, case: Case) -> Option<&'a Measured> {
    let mut found = results.iter();
    found.find(|measured| measured.system == system && measured.case == case)
}

pub(crate) fn print(results: &[Measured]) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}\n", Machine::read())?;
    writeln!(
        out,
        "Nanoseconds of the caller for each span, median (least–most) of the rounds; [allocations]; × as long as ours.\n"
    )?;
    writeln!(out, "{}", spans(results))?;
    writeln!(
        out,
        "Nanoseconds of each poll of a future within one and three nested spans; what a level adds to the plain future.\n"
    )?;
    writeln!(out, "{}", polls(results))?;
    writeln!(
        out,
        "Spans recorded on two threads at once, in bursts, as a multiple of one thread's.\n"
    )?;
    writeln!(out, "{}", threads(results))?;
    Ok(())
}

fn spans(results: &[Measured]) -> Table {
    let mut table = Table::new([
        "",
        "sampled, 4 attributes",
        "sampled, none",
        "unsampled child",
        "disabled",
    ]);
    for system in &SYSTEMS {
        let cases = [Case::Attributes, Case::Bare, Case::Unsampled, Case::Disabled];
        let cells = cases.map(|case| span_cell(results, system.name, case));
        if cells.iter().any(|cell| cell != NONE) {
            table.row([vec![system.name.to_owned()], cells.to_vec()].concat());
        }
    }
    table
}

fn span_cell(results: &[Measured], system: &str, case: Case) -> String {
    let Some(measured) = find(results, system, case) else {
        return NONE.to_owned();
    };
    let ratio = match find(results, OURS, case) {
        Some(ours) if system != OURS => format!(" ×{}", short(measured.time.median / ours.time.median)),
        _ => String::new(),
    };
    format!("{} [{:.1}]{ratio}", measured.time.text(), measured.allocations)
}

fn polls(results: &[Measured]) -> Table {
    let mut table = Table::new(["", "1 level", "3 levels", "each level"]);
    let plain = |case| find(results, PLAIN, case).map_or(0.0, |plain| plain.time.median);
    for system in &SYSTEMS {
        let (one, three) = (
            find(results, system.name, Case::Poll1),
            find(results, system.name, Case::Poll3),
        );
        if let (Some(one), Some(three)) = (one, three) {
            let each = (three.time.median - plain(Case::Poll3)) / 3.0;
            table.row(vec![
                system.name.to_owned(),
                one.time.text(),
                three.time.text(),
                short(each),
            ]);
        }
    }
    table
}

fn threads(results: &[Measured]) -> Table {
    let mut table = Table::new(["", "two against one"]);
    for system in &SYSTEMS {
        if let Some(measured) = find(results, system.name, Case::Threads) {
            table.row(vec![system.name.to_owned(), measured.time.text()]);
        }
    }
    table
}

pub(crate) fn json(results: &[Measured]) -> Result<String, Box<dyn Error>> {
    let machine = Machine::read();
    let rows: Vec<_> = results
        .iter()
        .map(|measured| {
            serde_json::json!({
                "system": measured.system,
                "case": measured.case.name(),
                "median": measured.time.median,
                "least": measured.time.least,
                "most": measured.time.most,
                "allocations": measured.allocations,
            })
        })
        .collect();
    let all = serde_json::json!({ "machine": machine.to_string(), "rows": rows });
    Ok(serde_json::to_string_pretty(&all)?)
}
