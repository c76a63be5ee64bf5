//! Where tokens of ours stand for the compiler: what it has to say of them, it says there.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// Where the user's tokens begin; where the attribute stands, if there are none.
pub(crate) fn start(place: impl ToTokens) -> Span {
    place.to_token_stream().into_iter().next().map_or_else(Span::call_site, |tree| tree.span())
}

/// An expression, seen by the compiler where `place` stands. What its names mean stays as it is.
pub(crate) fn blamed(expression: TokenStream, place: impl ToTokens) -> TokenStream {
    let spans: Vec<Span> = place.to_token_stream().into_iter().map(|tree| tree.span()).collect();
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return expression };
    let mut trees: Vec<TokenTree> = expression.into_iter().collect();
    let end = trees.len().saturating_sub(1);
    for (at, tree) in trees.iter_mut().enumerate() {
        let place = if at == end { *last } else { *first };
        tree.set_span(tree.span().located_at(place));
    }
    trees.into_iter().collect()
}

/// A path through a type as if the user had written it where the type stands: what the compiler says of the type and of
/// the path is then said at one place, and so once.
pub(crate) fn theirs(path: TokenStream, ty: impl ToTokens) -> TokenStream {
    let span = start(ty);
    let respanned = path.into_iter().map(|mut tree| {
        tree.set_span(span);
        tree
    });
    respanned.collect()
}
