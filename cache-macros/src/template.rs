//! `"conversation/<id>/messages"` -> segments, or what is wrong and where. No syn, no spans.
//!
//! Lexical only: whether `<id>` exists is settled against the function, in `bind.rs`.

use std::ops::Range;

/// A template, cut at its slashes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
}

/// `page_<page>`: text, at most one placeholder, text. Text alone stands in `prefix`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) prefix: String,
    pub(crate) placeholder: Option<Placeholder>,
    pub(crate) suffix: String,
}

/// `<req.user_id>`: a name, and the path into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder {
    pub(crate) root: String,
    pub(crate) fields: Vec<String>,
    /// Bytes of the template, the angle brackets included.
    pub(crate) at: Range<usize>,
}

impl Placeholder {
    /// As written between the brackets.
    pub(crate) fn name(&self) -> String {
        let mut name = self.root.clone();
        for field in &self.fields {
            name.push('.');
            name.push_str(field);
        }
        name
    }
}

/// One mistake and its place, in bytes of the template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) mistake: TemplateMistake,
    pub(crate) at: Range<usize>,
}

/// What can be wrong with a template by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemplateMistake {
    Empty,
    LeadingSlash,
    TrailingSlash,
    DoubleSlash,
    Unclosed,
    Unopened,
    Nested,
    TwoPlaceholders,
    EmptyPlaceholder,
    BadPlaceholder,
    Colon,
    WhiteSpace,
    Percent,
    Star,
    Hash,
    Character(char),
    UnclosedBrace,
    UnopenedBrace,
    SecondBrace,
    EmptyBraces,
}

/// Reads a template; every segment with a mistake adds one.
pub(crate) fn parse(text: &str) -> (Template, Vec<Malformed>) {
    let mut template = Template::default();
    let mut mistakes = Vec::new();
    if text.is_empty() {
        mistakes.push(Malformed { mistake: TemplateMistake::Empty, at: 0..0 });
        return (template, mistakes);
    }
    let mut start = 0;
    for piece in text.split('/') {
        let end = start + piece.len();
        if piece.is_empty() {
            // `a///b` is one mistake.
            if start == 0 || text[..start].trim_end_matches('/').len() + 1 == start {
                mistakes.push(empty_segment(text, start));
            }
        } else {
            match segment(piece, start) {
                Ok(segment) => template.segments.push(segment),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        start = end + 1;
    }
    if mistakes.is_empty() {
        mistakes.extend(braces(text));
    }
    (template, mistakes)
}

/// The slash beside an empty segment that starts at `start`.
fn empty_segment(text: &str, start: usize) -> Malformed {
    let (mistake, at) = if start == 0 {
        (TemplateMistake::LeadingSlash, 0..1)
    } else if start == text.len() {
        (TemplateMistake::TrailingSlash, start - 1..start)
    } else {
        (TemplateMistake::DoubleSlash, start - 1..start + 1)
    };
    Malformed { mistake, at }
}

fn segment(piece: &str, start: usize) -> Result<Segment, Malformed> {
    let mut segment = Segment::default();
    let mut at = 0;
    while let Some(c) = piece[at..].chars().next() {
        let here = start + at;
        if c == '<' {
            let (placeholder, length) = placeholder(&piece[at..], here)?;
            if segment.placeholder.is_some() {
                let at = here..here + length;
                return Err(Malformed { mistake: TemplateMistake::TwoPlaceholders, at });
            }
            segment.placeholder = Some(placeholder);
            at += length;
            continue;
        }
        if let Some(mistake) = refused(c) {
            return Err(Malformed { mistake, at: here..here + c.len_utf8() });
        }
        if segment.placeholder.is_some() {
            segment.suffix.push(c)
        } else {
            segment.prefix.push(c)
        }
        at += c.len_utf8();
    }
    Ok(segment)
}

/// The placeholder at the head of `text`, and its length.
fn placeholder(text: &str, start: usize) -> Result<(Placeholder, usize), Malformed> {
    let inside = &text[1..];
    let fault = |mistake, length| Malformed { mistake, at: start..start + length };
    let Some(end) = inside.find(['<', '>']) else {
        return Err(fault(TemplateMistake::Unclosed, text.len()));
    };
    let length = end + 2;
    if inside[end..].starts_with('<') {
        return Err(fault(TemplateMistake::Nested, length));
    }
    let name = &inside[..end];
    if name.is_empty() {
        return Err(fault(TemplateMistake::EmptyPlaceholder, length));
    }
    if name.chars().any(char::is_whitespace) {
        return Err(fault(TemplateMistake::WhiteSpace, length));
    }
    let mut steps = name.split('.').map(str::to_owned);
    let root = steps.next().unwrap_or_default();
    let fields: Vec<String> = steps.collect();
    let named = |step: &String| step.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic());
    let word = |step: &String| !step.is_empty() && step.chars().all(|c| c == '_' || c.is_alphanumeric());
    let field = |step: &String| word(step) && (named(step) || step.chars().all(|c| c.is_ascii_digit()));
    if !(word(&root) && named(&root) && fields.iter().all(field)) {
        return Err(fault(TemplateMistake::BadPlaceholder, length));
    }
    Ok((Placeholder { root, fields, at: start..start + length }, length))
}

/// What is wrong with a literal character, if anything.
fn refused(c: char) -> Option<TemplateMistake> {
    Some(match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '.' | '-' | '{' | '}' => return None,
        '>' => TemplateMistake::Unopened,
        ':' => TemplateMistake::Colon,
        '%' => TemplateMistake::Percent,
        '*' => TemplateMistake::Star,
        '#' => TemplateMistake::Hash,
        c if c.is_whitespace() => TemplateMistake::WhiteSpace,
        c => TemplateMistake::Character(c),
    })
}

/// A Redis Cluster hash tag: the first pair counts, an empty one counts for nothing, so one full pair it is.
fn braces(text: &str) -> Option<Malformed> {
    let mut open = None;
    let mut closed = false;
    for (at, c) in text.char_indices() {
        let mistake = match (c, open) {
            ('{', Some(_)) => TemplateMistake::SecondBrace,
            ('{', None) if closed => TemplateMistake::SecondBrace,
            ('{', None) => {
                open = Some(at);
                continue;
            }
            ('}', None) => TemplateMistake::UnopenedBrace,
            ('}', Some(start)) if start + 1 == at => {
                return Some(Malformed { mistake: TemplateMistake::EmptyBraces, at: start..at + 1 });
            }
            ('}', Some(_)) => {
                open = None;
                closed = true;
                continue;
            }
            _ => continue,
        };
        return Some(Malformed { mistake, at: at..at + 1 });
    }
    open.map(|start| Malformed { mistake: TemplateMistake::UnclosedBrace, at: start..start + 1 })
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
