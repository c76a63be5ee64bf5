//! Small questions about tokens, and small changes to them.

use std::collections::BTreeSet;

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

/// What stands many times in what one function becomes.
///
/// A stream that is put into another one is put there by the compiler, which takes as long as fifty tokens; so these are put there
/// one by one.
#[derive(Clone, Default)]
pub(crate) struct Tokens(Vec<TokenTree>);

impl From<TokenStream> for Tokens {
    fn from(tokens: TokenStream) -> Tokens {
        Tokens(tokens.into_iter().collect())
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }
}

/// Nothing in place of no tokens, which would be put there by the compiler too.
pub(crate) fn non_empty(tokens: TokenStream) -> Option<TokenStream> {
    (!tokens.is_empty()).then_some(tokens)
}

/// Which of `names` (`T`, `'a`) occur in the tokens, at any depth?
pub(crate) fn mentioned(tokens: TokenStream, names: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut lifetime = false;
    for tree in tokens {
        let was_lifetime = std::mem::replace(&mut lifetime, false);
        match tree {
            TokenTree::Group(group) => found.append(&mut mentioned(group.stream(), names)),
            TokenTree::Ident(ident) => {
                let name = if was_lifetime { format!("'{ident}") } else { ident.to_string() };
                if names.contains(&name) {
                    found.insert(name);
                }
            }
            TokenTree::Punct(punct) => lifetime = punct.as_char() == '\'',
            TokenTree::Literal(_) => {}
        }
    }
    found
}

/// Does the type borrow: a `&`, or a lifetime that isn't `'static`?
pub(crate) fn borrows(tokens: TokenStream) -> bool {
    let mut lifetime = false;
    for tree in tokens {
        let was_lifetime = std::mem::replace(&mut lifetime, false);
        let borrows = match tree {
            TokenTree::Group(group) => borrows(group.stream()),
            TokenTree::Ident(ident) => was_lifetime && ident != "static",
            TokenTree::Punct(punct) => {
                lifetime = punct.as_char() == '\'';
                punct.as_char() == '&'
            }
            TokenTree::Literal(_) => false,
        };
        if borrows {
            return true;
        }
    }
    false
}

/// Does the type hold a borrow that may end: a `&` or a lifetime that isn't `'static`? No, where it names functions: what
/// `Fn(&str)` takes it does not hold.
pub(crate) fn may_end(tokens: TokenStream) -> bool {
    let functions =
        ["fn", "Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"].map(str::to_owned);
    mentioned(tokens.clone(), &functions.into()).is_empty() && holds_borrow(tokens)
}

fn holds_borrow(tokens: TokenStream) -> bool {
    let (mut reference, mut lifetime) = (false, false);
    for tree in tokens {
        let was_reference = std::mem::replace(&mut reference, false);
        let was_lifetime = std::mem::replace(&mut lifetime, false);
        let found = match &tree {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                lifetime = true;
                false
            }
            TokenTree::Ident(ident) if was_lifetime => ident != "static",
            _ if was_reference => true,
            TokenTree::Group(group) => holds_borrow(group.stream()),
            TokenTree::Punct(punct) => {
                reference = punct.as_char() == '&';
                false
            }
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

/// One lifetime for all of a type, `'static` apart: `impl Trait<&str>` needs a name on stable, and `impl Trait<&'a [&'b str]>` would
/// need to be told that `'b` outlives `'a`. What is borrowed for longer is borrowed for as long as the shortest of them.
pub(crate) fn one_lifetime(tokens: TokenStream, names: &mut Vec<TokenStream>) -> TokenStream {
    let name = syn::Lifetime::new(&format!("'__{}", names.len()), Span::mixed_site());
    let mut used = false;
    let named = with_lifetime(tokens, &name, &mut used);
    if used {
        names.push(name.to_token_stream());
    }
    named
}

fn with_lifetime(tokens: TokenStream, name: &syn::Lifetime, used: &mut bool) -> TokenStream {
    let mut out = TokenStream::new();
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), with_lifetime(group.stream(), name, used));
                inner.set_span(group.span());
                inner.to_tokens(&mut out);
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let mut alone = Punct::new('&', Spacing::Alone);
                alone.set_span(punct.span());
                alone.to_tokens(&mut out);
                if !matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'') {
                    name.to_tokens(&mut out);
                    *used = true;
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => match trees.next() {
                Some(TokenTree::Ident(ident)) if ident != "static" => {
                    name.to_tokens(&mut out);
                    *used = true;
                }
                next => out.extend([Some(TokenTree::Punct(punct)), next].into_iter().flatten()),
            },
            other => other.to_tokens(&mut out),
        }
    }
    out
}

/// Every named lifetime becomes `replacement`: a static can't name those of the function around it.
pub(crate) fn replace_lifetimes(tokens: TokenStream, replacement: &str) -> TokenStream {
    let mut lifetime = false;
    let each = |tree: TokenTree| {
        let was_lifetime = std::mem::replace(&mut lifetime, false);
        match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), replace_lifetimes(group.stream(), replacement));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            TokenTree::Ident(ident) if was_lifetime => {
                TokenTree::Ident(Ident::new(replacement, ident.span()))
            }
            TokenTree::Punct(punct) => {
                lifetime = punct.as_char() == '\'';
                TokenTree::Punct(punct)
            }
            other => other,
        }
    };
    tokens.into_iter().map(each).collect()
}

/// `Self::Item` -> `<Self as Repo>::Item` for the associated types of a trait impl, whose code moves to an
/// inherent one.
pub(crate) fn qualify_self(tokens: TokenStream, types: &BTreeSet<String>, of: &Path) -> TokenStream {
    if types.is_empty() {
        return tokens;
    }
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let punct = |at: usize, c| matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut out = TokenStream::new();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), qualify_self(group.stream(), types, of));
                inner.set_span(group.span());
                inner.to_tokens(&mut out);
            }
            TokenTree::Ident(this)
                if this == "Self"
                    && punct(at + 1, ':')
                    && punct(at + 2, ':')
                    && matches!(trees.get(at + 3), Some(TokenTree::Ident(name)) if types.contains(&name.to_string())) =>
            {
                out.extend(quote!(<#this as #of>));
            }
            other => other.to_tokens(&mut out),
        }
    }
    out
}

/// `Self` by the name of the type, for items, which know no `Self`.
pub(crate) fn replace_self(tokens: TokenStream, ty: &TokenStream) -> TokenStream {
    let each = |tree: TokenTree| match tree {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), replace_self(group.stream(), ty));
            inner.set_span(group.span());
            inner.to_token_stream()
        }
        TokenTree::Ident(ident) if ident == "Self" => ty.clone(),
        other => other.to_token_stream(),
    };
    tokens.into_iter().flat_map(each).collect()
}

/// A type as a person writes it: `Vec<Message>`, `HashMap<i64, &'static str>`. Token printers differ between
/// compiler and tests; this one doesn't.
pub(crate) fn written(tokens: TokenStream) -> String {
    let mut out = String::new();
    write_tokens(tokens, &mut out);
    out
}

fn write_tokens(tokens: TokenStream, out: &mut String) {
    let mut glued = true;
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::Brace => ("{ ", " }"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                if !glued && open.is_empty() {
                    separate(out);
                }
                out.push_str(open);
                write_tokens(group.stream(), out);
                out.push_str(close);
                glued = false;
            }
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    c @ (',' | ';') => out.extend([c, ' ']),
                    c @ ('+' | '=') => out.extend([' ', c, ' ']),
                    '\'' => {
                        separate(out);
                        out.push('\'');
                    }
                    c => out.push(c),
                }
                // `->` reads with spaces around it.
                if out.ends_with("->") {
                    out.truncate(out.len() - 2);
                    out.push_str(" -> ");
                }
                glued = true;
            }
            word => {
                if !glued {
                    separate(out);
                }
                out.push_str(&word.to_string());
                glued = false;
            }
        }
    }
    while out.ends_with(' ') {
        out.pop();
    }
}

/// A space, where two words would run together.
fn separate(out: &mut String) {
    if out.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '>' || c == ')' || c == '"') {
        out.push(' ');
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test says what it expected")]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.into()).collect()
    }

    #[test]
    fn writes_types_as_people_do() {
        for ty in [
            "Vec<Message>",
            "HashMap<i64, Arc<[u8; 4]>>",
            "Box<dyn Fn(i64) -> bool + Send + 'static>",
            "&'a mut str",
            "(i64, Option<String>)",
            "<T as Iterator>::Item",
            "std::sync::Arc<Vec<Post>>",
        ] {
            let tokens: TokenStream = ty.parse().expect("tokens");
            assert_eq!(written(tokens), ty);
        }
    }

    #[test]
    fn finds_names_and_lifetimes() {
        let known = names(&["T", "'a", "U"]);
        assert_eq!(mentioned(quote!(&'a Vec<(T, i64)>), &known), names(&["'a", "T"]));
        assert_eq!(mentioned(quote!(&'T a), &known), names(&[]));
    }

    #[test]
    fn tells_borrows_that_may_end() {
        for (ty, ends) in [
            ("Option<&str>", true),
            ("Page<'_>", true),
            ("Cow<'a, str>", true),
            ("(u8, [&'a u8; 2])", true),
            ("&'static str", false),
            ("Cow<'static, [&'static str]>", false),
            ("impl Fn(&str) -> u32", false),
            ("Arc<[u8]>", false),
        ] {
            let tokens: TokenStream = ty.parse().expect("tokens");
            assert_eq!(may_end(tokens), ends, "{ty}");
        }
    }

    #[test]
    fn one_lifetime_stands_for_all() {
        let mut names = Vec::new();
        let mut one = |ty| written(one_lifetime(ty, &mut names));
        assert_eq!(one(quote!((&str, Cow<'_, str>, &'a u8))), "(&'__0 str, Cow<'__0, str>, &'__0 u8)");
        assert_eq!(one(quote!(Vec<u8>)), "Vec<u8>");
        assert_eq!(one(quote!(&'a Vec<Cow<'static, &'b str>>)), "&'__1 Vec<Cow<'static, &'__1 str>>");
        assert_eq!(names.len(), 2);
    }

    #[test]
    fn qualifies_only_the_trait_s_own_types() {
        let of: Path = syn::parse_quote!(Repo);
        let out =
            qualify_self(quote!(Vec<Self::Item> { Self::other(Self::Item::new()) }), &names(&["Item"]), &of);
        let expected = quote!(Vec<<Self as Repo>::Item> { Self::other(<Self as Repo>::Item::new()) });
        assert_eq!(written(out), written(expected));
    }
}
