//! `tracestate` of W3C Trace Context, Level 2: header lines in, one checked and bounded line out.

use std::ops::Range;

/// Bytes read over all lines together; members beyond are dropped from the right, unread.
pub(super) const MAX_READ_BYTES: usize = 8 * 1024;
/// Bytes kept and sent on. The specification asks for at least 512; 2 KiB holds any single member and 32 of
/// ordinary size, and what a caller can make us repeat on each outgoing request stays small.
pub(super) const MAX_KEPT_BYTES: usize = 2 * 1024;
/// Members longer than this are the first to go when the whole is too long (section 3.3.1.5).
const LARGE_MEMBER: usize = 128;
/// Members received, duplicates too; with one more the whole is discarded.
const MAX_MEMBERS: usize = 32;
/// Of a key, and of a value.
const MAX_PART_BYTES: usize = 256;

/// Takes lines in the order received and holds what is to be sent on.
///
/// One member that breaks the grammar discards the whole, as the official tests ask; of members with the
/// same key the first is kept; empty members are skipped.
#[derive(Default)]
pub(super) struct Reader {
    /// Members kept, joined with commas.
    text: String,
    /// Where in `text` each member is.
    members: Vec<Range<usize>>,
    received: usize,
    read: usize,
    discarded: bool,
}

fn is_key(key: &str) -> bool {
    let mut bytes = key.bytes();
    let letter_or_digit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    bytes.next().is_some_and(letter_or_digit)
        && bytes.all(|byte| letter_or_digit(byte) || b"_-*/@".contains(&byte))
        && key.len() <= MAX_PART_BYTES
}

/// The caller has trimmed spaces at the end, and found neither comma nor a line's end.
fn is_value(value: &str) -> bool {
    (1..=MAX_PART_BYTES).contains(&value.len())
        && value
            .bytes()
            .all(|byte| (0x20..=0x7e).contains(&byte) && byte != b'=' && byte != b',')
}

impl Reader {
    /// Takes one header line.
    pub(super) fn line(&mut self, line: &str) {
        let left = MAX_READ_BYTES.saturating_sub(self.read);
        if self.discarded || left == 0 {
            return;
        }
        // One for the comma that joins this line to the next.
        self.read += line.len().min(left) + 1;
        let whole = if line.len() <= left {
            line
        } else {
            let end = line.as_bytes()[..left].iter().rposition(|byte| *byte == b',');
            &line[..end.unwrap_or(0)]
        };
        for member in whole.split(',') {
            self.member(member.trim_matches([' ', '\t']));
        }
    }

    fn member(&mut self, member: &str) {
        if member.is_empty() || self.discarded {
            return;
        }
        self.received += 1;
        let parts = member.split_once('=');
        let Some((key, _)) = parts.filter(|(key, value)| is_key(key) && is_value(value)) else {
            self.discarded = true;
            return;
        };
        if self.received > MAX_MEMBERS {
            self.discarded = true;
            return;
        }
        let same_key = |kept: &Range<usize>| {
            let kept = &self.text[kept.clone()];
            kept.strip_prefix(key).is_some_and(|rest| rest.starts_with('='))
        };
        if self.members.iter().any(same_key) {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(',');
        }
        let start = self.text.len();
        self.text.push_str(member);
        self.members.push(start..self.text.len());
    }

    /// The line to send on; `None` where there is nothing to send, so that no empty header is.
    pub(super) fn finish(mut self) -> Option<String> {
        if self.discarded || self.members.is_empty() {
            return None;
        }
        if self.text.len() <= MAX_KEPT_BYTES {
            return Some(self.text);
        }
        self.drop_members();
        let kept: Vec<&str> = self.members.iter().map(|at| &self.text[at.clone()]).collect();
        Some(kept.join(","))
    }

    /// Drops whole members from the right until the rest fits, large ones first.
    fn drop_members(&mut self) {
        let mut length = self.text.len();
        for threshold in [LARGE_MEMBER, 0] {
            for at in (0..self.members.len()).rev() {
                if length > MAX_KEPT_BYTES && self.members[at].len() > threshold {
                    length -= self.members.remove(at).len() + 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(lines: &[&str]) -> Option<String> {
        let mut reader = Reader::default();
        lines.iter().for_each(|line| reader.line(line));
        reader.finish()
    }

    /// The grammar once more, slowly and in other words, for input within the budgets.
    fn oracle(lines: &[&str]) -> Option<String> {
        const KEY_START: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
        const KEY_REST: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@";
        let joined: Vec<char> = lines.join(",").chars().collect();
        let mut kept: Vec<(String, String)> = Vec::new();
        let mut count = 0;
        for piece in joined.split(|c| *c == ',') {
            let mut piece = piece.to_vec();
            while piece.last().is_some_and(|c| matches!(c, ' ' | '\t')) {
                piece.pop();
            }
            while piece.first().is_some_and(|c| matches!(c, ' ' | '\t')) {
                piece.remove(0);
            }
            if piece.is_empty() {
                continue;
            }
            count += 1;
            let equals: Vec<usize> = (0..piece.len()).filter(|at| piece[*at] == '=').collect();
            let &[equals] = &equals[..] else { return None };
            let key: String = piece[..equals].iter().collect();
            let value: String = piece[equals + 1..].iter().collect();
            let first = key.chars().next()?;
            let good_key = KEY_START.contains(first) && key.chars().all(|c| KEY_REST.contains(c));
            let good_value = !value.is_empty() && value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
            if !good_key || !good_value || key.len() > 256 || value.len() > 256 || count > 32 {
                return None;
            }
            if !kept.iter().any(|(seen, _)| *seen == key) {
                kept.push((key, value));
            }
        }
        let members: Vec<String> = kept.iter().map(|(key, value)| format!("{key}={value}")).collect();
        (!members.is_empty()).then(|| members.join(","))
    }

    proptest! {
        #[test]
        fn agrees_with_the_grammar(
            lines in prop::collection::vec("([ \t]{0,2}([a-c]|[a-c]|[a-c]|[@A_])[a-b@]{0,2}(=|=|=|=|={0,2})([ -~]{1,3}|[!-+]{1,3}|[ -~]{0,2})[ \t]{0,2},){0,3}", 0..3),
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            prop_assert_eq!(read(&lines), oracle(&lines));
        }

        #[test]
        fn agrees_with_the_grammar_on_good_members(
            members in prop::collection::vec("[ \t]{0,1}[a-d][a-b_*/@-]{0,1}=[!-+.-<>-~]{1,4}[ \t]{0,1}", 28..36),
            split in 0_usize..28,
        ) {
            let (one, two) = members.split_at(split);
            let (one, two) = (one.join(","), two.join(","));
            prop_assert_eq!(read(&[&one, &two]), oracle(&[&one, &two]));
        }

        #[test]
        fn whatever_comes_in_what_goes_out_is_bounded_printable_and_stable(
            lines in prop::collection::vec(any::<String>(), 0..5),
            large in prop::collection::vec("[a-z]{1,8}=[a-z]{1,250}", 0..32),
        ) {
            for lines in [lines, vec![large.join(",")]] {
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                if let Some(out) = read(&lines) {
                    prop_assert!(!out.is_empty() && out.len() <= MAX_KEPT_BYTES);
                    prop_assert!(out.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
                    prop_assert_eq!(read(&[&out]), Some(out));
                }
            }
        }
    }

    #[test]
    fn leading_spaces_of_a_value_stay() {
        assert_eq!(read(&["a=  1  "]).as_deref(), Some("a=  1"));
        assert_eq!(read(&["a=   "]), None);
    }

    #[test]
    fn large_members_go_first_then_from_the_right() {
        let large = format!("large={}", "x".repeat(200));
        let small: Vec<String> = (0..30).map(|n| format!("k{n:02}={}", "y".repeat(61))).collect();
        let all = format!("{large},{}", small.join(","));
        assert_eq!(all.len(), 206 + 30 * 66);
        // 1,979 bytes remain without the large one: nothing else has to go.
        assert_eq!(read(&[&all]), Some(small.join(",")));

        let small: Vec<String> = (0..31).map(|n| format!("k{n:02}={}", "y".repeat(66))).collect();
        assert_eq!(read(&[&small.join(",")]), Some(small[..28].join(",")));
    }

    #[test]
    fn a_large_member_stays_where_there_is_room() {
        let alone = format!("{}={}", "k".repeat(256), "v".repeat(256));
        assert_eq!(read(&[&alone]), Some(alone));
    }

    #[test]
    fn reading_stops_at_the_budget_over_all_lines() {
        let mut reader = Reader::default();
        for n in 0..10_000 {
            reader.line(if n == 0 { "first=1" } else { "" });
        }
        assert!(reader.read <= MAX_READ_BYTES + 1);
        assert_eq!(reader.finish().as_deref(), Some("first=1"));

        let mut reader = Reader::default();
        (0..10_000).for_each(|n| reader.line(&format!("k{n}=1")));
        assert_eq!(reader.received, MAX_MEMBERS + 1);
        assert_eq!(reader.finish(), None);

        let mut reader = Reader::default();
        reader.line(&format!("first=1,{}", "x=1,".repeat(250_000)));
        assert!(reader.received <= MAX_MEMBERS + 1);

        let mut reader = Reader::default();
        reader.line(&format!("first=1,{}", "é".repeat(500_000)));
        assert_eq!(reader.finish().as_deref(), Some("first=1"));
    }
}
