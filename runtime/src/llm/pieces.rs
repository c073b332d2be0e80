//! The content of a streamed reply while it is put together. In: fragments, each with its choice and its place in that
//! choice's message. Out: one message for each choice. Bounded, whatever is streamed.

use super::message::{Message, Part, Role};
use super::text::beginning;
use crate::capture::CUT;

/// Bytes of all the content that is kept.
const BYTES: usize = 48 * 1024;

/// Parts that are kept, of all choices together.
const PARTS: usize = 256;

/// What a chunk adds to a part.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fragment<'a> {
    /// Text to the user.
    Text(&'a str),
    /// The model's reasoning.
    Reasoning(&'a str),
    /// A call of a tool: its id and name come once, its arguments bit by bit.
    ToolCall {
        id: Option<&'a str>,
        name: &'a str,
        arguments: &'a str,
    },
}

impl Fragment<'_> {
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::Text(text) | Self::Reasoning(text) => text.is_empty(),
            Self::ToolCall { id, name, arguments } => {
                id.is_none_or(str::is_empty) && name.is_empty() && arguments.is_empty()
            }
        }
    }

    fn of(part: &Part) -> Option<Fragment<'_>> {
        Some(match part {
            Part::Text(text) => Fragment::Text(text),
            Part::Reasoning(text) => Fragment::Reasoning(text),
            Part::ToolCall { id, name, arguments } => Fragment::ToolCall {
                id: id.as_deref(),
                name,
                arguments,
            },
            _ => return None,
        })
    }

    /// The part that this is the beginning of, still empty.
    fn begun(self) -> Part {
        match self {
            Self::Text(_) => Part::Text(String::new()),
            Self::Reasoning(_) => Part::Reasoning(String::new()),
            Self::ToolCall { .. } => Part::ToolCall {
                id: None,
                name: String::new(),
                arguments: String::new(),
            },
        }
    }

    /// Whether it goes on with this part. Some providers give all calls the same place, but an id of its own to each.
    fn continues(self, part: &Part) -> bool {
        match (self, part) {
            (Self::Text(_), Part::Text(_)) | (Self::Reasoning(_), Part::Reasoning(_)) => true,
            (Self::ToolCall { id, .. }, Part::ToolCall { id: own, .. }) => match (id, own) {
                (Some(id), Some(own)) => id.is_empty() || id == own,
                _ => true,
            },
            _ => false,
        }
    }
}

/// A part of a choice's message, as far as it has come.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    choice: usize,
    place: usize,
    part: Part,
}

/// The parts of a reply, in the order of choices and of their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pieces {
    list: Vec<Piece>,
    bytes: usize,
}

impl Pieces {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a fragment to the part at this place, or begins one there.
    pub(super) fn add(&mut self, choice: usize, place: usize, fragment: Fragment<'_>) {
        if fragment.is_empty() {
            return;
        }
        let after = self
            .list
            .partition_point(|piece| (piece.choice, piece.place) <= (choice, place));
        let goes_on =
            |piece: &Piece| (piece.choice, piece.place) == (choice, place) && fragment.continues(&piece.part);
        let at = match after.checked_sub(1).filter(|at| goes_on(&self.list[*at])) {
            Some(at) => at,
            None if self.list.len() >= PARTS => return,
            None => {
                let part = fragment.begun();
                self.list.insert(after, Piece { choice, place, part });
                after
            }
        };
        self.append(at, fragment);
    }

    fn append(&mut self, at: usize, fragment: Fragment<'_>) {
        let bytes = &mut self.bytes;
        match (&mut self.list[at].part, fragment) {
            (Part::Text(own), Fragment::Text(more)) | (Part::Reasoning(own), Fragment::Reasoning(more)) => {
                push(own, more, bytes);
            }
            (
                Part::ToolCall { id, name, arguments },
                Fragment::ToolCall {
                    id: given,
                    name: named,
                    arguments: more,
                },
            ) => {
                if let Some(given) = given.filter(|given| id.is_none() && !given.is_empty()) {
                    push(id.get_or_insert_default(), given, bytes);
                }
                // Some providers give the whole name with each fragment.
                if named != name {
                    push(name, named, bytes);
                }
                push(arguments, more, bytes);
            }
            _ => {}
        }
    }

    /// Adds all of a later chunk.
    pub(super) fn merge(&mut self, chunk: &Self) {
        for piece in &chunk.list {
            if let Some(fragment) = Fragment::of(&piece.part) {
                self.add(piece.choice, piece.place, fragment);
            }
        }
    }

    /// One message for each choice, with the reason that stands at the choice's place.
    pub(super) fn into_messages(self, reasons: &[String]) -> Vec<Message> {
        let mut messages: Vec<Message> = Vec::new();
        let mut choice = None;
        for piece in self.list {
            if choice.replace(piece.choice) != Some(piece.choice) {
                let mut message = Message::new(Role::Assistant);
                message.end_with(reasons.get(piece.choice).map_or("", String::as_str));
                messages.push(message);
            }
            if let Some(message) = messages.last_mut() {
                message.push(piece.part);
            }
        }
        messages
    }
}

/// Appends what there is room for. A text that does not get all of it ends in the mark of a cut, so that no secret of
/// which only the beginning is kept gets past redaction.
fn push(own: &mut String, more: &str, bytes: &mut usize) {
    let kept = beginning(more, BYTES.saturating_sub(*bytes));
    own.push_str(kept);
    *bytes += kept.len();
    if kept.len() < more.len() {
        *bytes = BYTES;
        if !own.ends_with(CUT) {
            own.push_str(CUT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(id: &'a str, name: &'a str, arguments: &'a str) -> Fragment<'a> {
        Fragment::ToolCall {
            id: Some(id).filter(|id| !id.is_empty()),
            name,
            arguments,
        }
    }

    fn written(pieces: Pieces, reasons: &[&str]) -> String {
        let reasons: Vec<String> = reasons.iter().map(|reason| (*reason).to_owned()).collect();
        super::super::message::to_json(&pieces.into_messages(&reasons))
    }

    #[test]
    fn fragments_find_their_place() {
        let mut pieces = Pieces::default();
        for (choice, place, fragment) in [
            (1, 5, Fragment::Text("b")),
            (0, 9, call("c2", "", "{")),
            (0, 5, Fragment::Text("a")),
            (1, 5, Fragment::Text("B")),
            (0, 8, call("c1", "look", "")),
            (0, 9, call("", "find", "}")),
            (0, 8, call("c1", "look", "1")),
            (0, 5, Fragment::Text("")),
        ] {
            pieces.add(choice, place, fragment);
        }
        let find = if cfg!(feature = "pipeline") {
            "{}"
        } else {
            r#""{}""#
        };
        let look = if cfg!(feature = "pipeline") { "1" } else { r#""1""# };
        let wanted = [
            r#"[{"role":"assistant","parts":[{"type":"text","content":"a"},"#,
            r#"{"type":"tool_call","id":"c1","name":"look","arguments":"#,
            look,
            r#"},{"type":"tool_call","id":"c2","name":"find","arguments":"#,
            find,
            r#"}]},{"role":"assistant","parts":[{"type":"text","content":"bB"}],"finish_reason":"stop"}]"#,
        ];
        assert_eq!(written(pieces, &["", "stop"]), wanted.concat());
    }

    #[test]
    fn calls_at_one_place_are_told_apart_by_their_ids() {
        let mut pieces = Pieces::default();
        pieces.add(0, 3, call("c1", "a", ""));
        pieces.add(0, 3, call("c2", "b", ""));
        pieces.add(0, 3, call("", "", "x"));
        let ids: Vec<&Part> = pieces.list.iter().map(|piece| &piece.part).collect();
        assert!(matches!(ids[..], [
            Part::ToolCall { id: Some(one), arguments: none, .. },
            Part::ToolCall { id: Some(two), arguments: x, .. },
        ] if one == "c1" && two == "c2" && none.is_empty() && x == "x"));
    }

    #[test]
    fn memory_is_bounded_and_what_is_missing_is_marked() {
        let mut pieces = Pieces::default();
        for round in 0..PARTS * 2 {
            pieces.add(0, 0, Fragment::Text("one"));
            pieces.add(1, round, Fragment::Text(&"é".repeat(1000)));
        }
        let texts: Vec<&str> = pieces
            .list
            .iter()
            .map(|piece| match &piece.part {
                Part::Text(text) => text.as_str(),
                _ => "",
            })
            .collect();
        assert_eq!(texts.len(), PARTS);
        assert!(texts.iter().map(|text| text.len()).sum::<usize>() <= BYTES + PARTS * CUT.len());
        assert!(
            texts[0]
                .strip_suffix(CUT)
                .is_some_and(|text| text.ends_with("one"))
        );
        assert!(written(pieces, &[]).ends_with(CUT));
    }
}
