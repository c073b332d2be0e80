//! How conversations go.

use fastrand::Rng;

use super::trace::{CALL, CLIENT, Failed, INTERNAL, PROJECTS, Pairs, SERVER, SERVICES, Step, Trace};
use crate::generate::attribute::Attribute::{Bool, Double, Int, Text};

const PERSONAS: [&str; 3] = ["noor", "maestro", "tutor"];
/// Models, and who has them.
const MODELS: [(&str, &str); 3] = [
    ("gpt-4o-mini", "openai"),
    ("claude-sonnet-4", "anthropic"),
    ("llama-3.3-70b", "groq"),
];

const ASKED: &str = "POST /api/v1/chat/message";
const FIND: &str = "SELECT name, sector, budget FROM projects WHERE status = ? ORDER BY name";
const INSTRUCTIONS: &str = "SELECT body FROM tier1 WHERE persona = ? ORDER BY position";
const KEEP: &str = "INSERT INTO answers (session, body) VALUES (?, ?)";

/// How a conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// A greeting, which needs no model.
    Greeting,
    /// One answer of the model.
    Plain,
    /// The model has a tool called.
    Tool,
    /// The tool fails; the model answers without it.
    BrokenTool,
    /// The model does not answer, and nobody does.
    Outage,
}

impl Course {
    pub(super) fn any(random: &mut Rng) -> Self {
        match random.u8(0..100) {
            0..12 => Self::Greeting,
            12..40 => Self::Plain,
            40..90 => Self::Tool,
            90..95 => Self::BrokenTool,
            _ => Self::Outage,
        }
    }
}

impl Trace {
    pub(super) fn play(&mut self, course: Course) {
        let failed = (course == Course::Outage).then_some(("LlmError", "the model's endpoint answered 503"));
        let model = MODELS[self.random.usize(..MODELS.len())];
        let query = self.asked(course, failed);
        if course != Course::Greeting {
            self.instructions(query);
        }
        match course {
            Course::Greeting => {}
            Course::Plain => self.model(query, model, [80, 900], "stop", None),
            Course::Outage => self.model(query, model, [80, 985], "error", failed),
            Course::Tool | Course::BrokenTool => {
                self.model(query, model, [80, 300], "tool_calls", None);
                self.tool(query, course == Course::BrokenTool);
                self.model(query, model, [470, 930], "stop", None);
            }
        }
        if !matches!(course, Course::Greeting | Course::Outage) {
            self.answer(query);
        }
    }

    /// From the client to the assistant's work. Gives the span that the work is in.
    fn asked(&mut self, course: Course, failed: Failed<'_>) -> u64 {
        let session = format!("s-{}", self.random.u32(100..400));
        let persona = PERSONAS[self.random.usize(..PERSONAS.len())];
        let length = Int(self.random.i64(6..180));
        let status = if failed.is_some() { 502 } else { 200 };
        let seen = failed.map(|_| ("StatusError", "the assistant answered 502"));
        let http: Pairs<'_> = &[
            ("http.request.method", Text("POST")),
            ("http.route", Text("/api/v1/chat/message")),
            ("http.response.status_code", Int(status)),
            ("server.address", Text("127.0.0.1")),
            ("server.port", Int(8080)),
        ];
        let ask = Step::new(0, "client.ask", INTERNAL, [0, 1000])
            .of(CLIENT)
            .error(seen);
        let ask = self.add(ask, &[("session_id", Text(&session))]);
        let sent = Step::new(ask, ASKED, CALL, [2, 998]).of(CLIENT).error(seen);
        let sent = self.add(sent, http);
        let served = self.add(Step::new(sent, ASKED, SERVER, [6, 994]).error(failed), http);
        let query = Step::new(served, "orchestrator.execute_query", INTERNAL, [8, 992]).error(failed);
        let fast = Bool(course == Course::Greeting);
        let pairs = [
            ("session_id", Text(&session)),
            ("persona", Text(persona)),
            ("query_length", length),
            ("fast_path", fast),
        ];
        self.add(query, &pairs)
    }

    /// What the persona knows, from the cache or the database.
    fn instructions(&mut self, query: u64) {
        let cached = self.random.u8(..) < 150;
        let event = [(if cached { "cache_hit" } else { "cache_miss" }, 14)];
        let load = Step::new(query, "orchestrator.load_tier1", INTERNAL, [12, 75]).events(&event);
        let load = self.add(load, &[]);
        if !cached {
            self.query(Step::new(load, "SELECT tier1", CALL, [18, 72]), INSTRUCTIONS);
        }
    }

    fn model(&mut self, query: u64, model: (&str, &str), time: [u64; 2], finish: &str, error: Failed<'_>) {
        let (model, provider) = model;
        let [begin, end] = time;
        let tool = [
            ("reasoning_step", begin + 5),
            ("mcp_tool_called", end - 2),
            ("response_received", end - 1),
        ];
        let events = match finish {
            "tool_calls" => &tool[..],
            "stop" => &tool[2..],
            _ => &[],
        };
        let name = format!("chat {model}");
        let mut pairs = vec![
            ("gen_ai.operation.name", Text("chat")),
            ("gen_ai.provider.name", Text(provider)),
            ("gen_ai.request.model", Text(model)),
            ("gen_ai.request.temperature", Double(0.2)),
            ("gen_ai.request.stream", Bool(finish == "stop")),
        ];
        if error.is_none() {
            pairs.push(("gen_ai.usage.input_tokens", Int(self.random.i64(200..3_000))));
            pairs.push(("gen_ai.usage.output_tokens", Int(self.random.i64(20..700))));
        }
        self.add(
            Step::new(query, &name, CALL, time).error(error).events(events),
            &pairs,
        );
    }

    /// A tool over MCP, seen from both sides, and its query.
    fn tool(&mut self, query: u64, broken: bool) {
        let timeout = "canceling statement due to statement timeout";
        let within = broken.then_some(("DbError", timeout));
        let seen = broken.then_some(("ToolError", "the tool said: statement timeout"));
        let pairs: Pairs<'_> = &[
            ("gen_ai.operation.name", Text("execute_tool")),
            ("gen_ai.tool.name", Text("search_projects")),
            ("mcp.method.name", Text("tools/call")),
        ];
        let called = Step::new(query, "execute_tool search_projects", CALL, [305, 465]).error(seen);
        let called = self.add(called, pairs);
        let offered = Step::new(called, "tools/call search_projects", SERVER, [312, 460]);
        let offered = self.add(offered.of(PROJECTS).error(within), &pairs[1..]);
        let find = Step::new(offered, "SELECT projects", CALL, [320, 455]);
        self.query(find.of(PROJECTS).error(within), FIND);
    }

    fn answer(&mut self, query: u64) {
        let confidence = f64::from(self.random.u8(60..99)) / 100.0;
        let parse = Step::new(query, "orchestrator.parse_response", INTERNAL, [932, 945]);
        let parse = parse.events(&[("json_validated", 940)]);
        self.add(parse, &[("confidence", Double(confidence))]);
        self.query(Step::new(query, "INSERT answers", CALL, [950, 988]), KEEP);
    }

    /// A query, by a name of operation and table.
    fn query(&mut self, step: Step<'_>, text: &str) {
        let (operation, table) = step.name.split_once(' ').unwrap_or((step.name, ""));
        let mut pairs = vec![
            ("db.system.name", Text("postgresql")),
            ("db.namespace", Text(SERVICES[step.service])),
            ("db.operation.name", Text(operation)),
            ("db.collection.name", Text(table)),
            ("db.query.text", Text(text)),
        ];
        match step.error {
            // The code of a query that took too long.
            Some(_) => pairs.push(("db.response.status_code", Text("57014"))),
            None => pairs.push(("db.response.returned_rows", Int(self.random.i64(1..40)))),
        }
        self.add(step, &pairs);
    }
}
