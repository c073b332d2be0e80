//! Parses what stands between an attribute's parentheses.

pub(crate) mod attribute;
pub(crate) mod db;
pub(crate) mod general;
pub(crate) mod list;
pub(crate) mod llm;
pub(crate) mod param;
pub(crate) mod tool;
pub(crate) mod value;

use proc_macro2::TokenStream;

use crate::errors::Errors;
use db::Db;
use general::General;
use llm::Llm;
use tool::Tool;

/// Which of the four attributes is being expanded.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Macro {
    Traced,
    Llm,
    Db,
    Tool,
}

/// An attribute's arguments.
#[derive(Clone)]
pub(crate) struct Args {
    pub(crate) general: General,
    pub(crate) domain: Domain,
}

/// What only one of the domain attributes takes.
#[derive(Clone)]
pub(crate) enum Domain {
    None,
    Llm(Box<Llm>),
    Db(Box<Db>),
    Tool(Box<Tool>),
}

impl Macro {
    pub(crate) const ALL: [Macro; 4] = [Macro::Traced, Macro::Llm, Macro::Db, Macro::Tool];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Macro::Traced => "traced",
            Macro::Llm => "trace_llm_call",
            Macro::Db => "trace_db_query",
            Macro::Tool => "trace_tool_call",
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Macro::Traced => &[],
            Macro::Llm => llm::KEYS,
            Macro::Db => db::KEYS,
            Macro::Tool => tool::KEYS,
        }
    }
}

impl Args {
    pub(crate) fn parse(which: Macro, tokens: TokenStream, errors: &mut Errors) -> Args {
        let known: Vec<&str> = which.keys().iter().chain(general::KEYS).copied().collect();
        let mut general = General::default();
        let mut own = Vec::new();
        for entry in list::parse(tokens, "argument", &known, errors) {
            own.extend(general.take(entry, errors));
        }
        let domain = match which {
            Macro::Traced => Domain::None,
            Macro::Llm => Domain::Llm(Box::new(Llm::from_entries(own, errors))),
            Macro::Db => Domain::Db(Box::new(Db::from_entries(own, errors))),
            Macro::Tool => Domain::Tool(Box::new(Tool::from_entries(own, errors))),
        };
        Args { general, domain }
    }

    /// Fills what a method leaves open from the defaults of the block around it.
    pub(crate) fn inherit(&mut self, defaults: &Args) {
        self.general.inherit(&defaults.general);
        match (&mut self.domain, &defaults.domain) {
            (Domain::Llm(own), Domain::Llm(defaults)) => own.inherit(defaults),
            (Domain::Db(own), Domain::Db(defaults)) => own.inherit(defaults),
            (Domain::Tool(own), Domain::Tool(defaults)) => own.inherit(defaults),
            _ => {}
        }
    }
}
