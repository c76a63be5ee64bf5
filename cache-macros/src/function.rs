//! The function as it was written: the signature read, the body kept as tokens, so that half-typed code still
//! completes and nothing about it changes.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Meta, Pat, Signature, Token, Type, Visibility};

use crate::error;

/// A function with or without a body, free or a method.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    pub(crate) body: Option<Group>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            return Ok(Self { attrs, vis, sig, body: None });
        }
        let body =
            body(input.parse()?).map_err(|tree| syn::Error::new_spanned(tree, error::expected_body()))?;
        Ok(Self { attrs, vis, sig, body: Some(body) })
    }
}

/// The braces, out of the invisible group that `macro_rules!` puts around a `$body:block`.
fn body(tree: TokenTree) -> Result<Group, TokenTree> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Ok(group),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let mut inside = group.stream().into_iter();
            match (inside.next(), inside.next()) {
                (Some(only), None) => body(only),
                _ => Err(TokenTree::Group(group)),
            }
        }
        other => Err(other),
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body } = self;
        tokens.append_all(attrs);
        vis.to_tokens(tokens);
        sig.to_tokens(tokens);
        match body {
            Some(body) => body.to_tokens(tokens),
            None => tokens.append_all(quote!(;)),
        }
    }
}

impl Function {
    pub(crate) fn is_method(&self) -> bool {
        self.sig.receiver().is_some()
    }

    /// The parameters with a name, without the receiver.
    pub(crate) fn params(&self) -> Vec<Param<'_>> {
        self.sig.inputs.iter().filter_map(Param::of).collect()
    }

    /// Takes the attributes out whose last path segment is one of `names`, and keeps the rest.
    pub(crate) fn take_attributes(&mut self, names: &[&str]) -> Vec<Attribute> {
        let (taken, kept) =
            std::mem::take(&mut self.attrs).into_iter().partition(|attr| is_one_of(attr, names));
        self.attrs = kept;
        taken
    }
}

/// Is the attribute one of `names`, by whatever path?
pub(crate) fn is_one_of(attr: &Attribute, names: &[&str]) -> bool {
    attr.path().segments.last().is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// The tokens between an attribute's parentheses, none if it has none.
pub(crate) fn attribute_tokens(attr: &Attribute) -> syn::Result<TokenStream> {
    match &attr.meta {
        Meta::Path(_) => Ok(TokenStream::new()),
        Meta::List(list) => Ok(list.tokens.clone()),
        Meta::NameValue(pair) => Err(syn::Error::new_spanned(pair, error::options_in_parentheses())),
    }
}

/// A parameter that is a plain name.
pub(crate) struct Param<'a> {
    pub(crate) ident: &'a syn::Ident,
    pub(crate) ty: &'a Type,
}

impl<'a> Param<'a> {
    fn of(arg: &'a FnArg) -> Option<Self> {
        let FnArg::Typed(typed) = arg else { return None };
        match &*typed.pat {
            Pat::Ident(pat) if pat.subpat.is_none() => Some(Self { ident: &pat.ident, ty: &typed.ty }),
            _ => None,
        }
    }

    /// Does its type hold an `impl Trait`, so that nothing can name it?
    pub(crate) fn has_impl_trait(&self) -> bool {
        crate::anonymous::is_in(self.ty)
    }

    /// As `<id>` names it: `r#type` is `type`.
    pub(crate) fn name(&self) -> String {
        use syn::ext::IdentExt;
        self.ident.unraw().to_string()
    }
}

/// The type inside the invisible groups of `macro_rules!` and inside parentheses.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        other => other,
    }
}

/// The first paragraph of the doc comment, on one line: the reason shown in the catalog.
pub(crate) fn reason(attrs: &[Attribute]) -> String {
    let mut words = Vec::new();
    for attr in attrs {
        let Meta::NameValue(pair) = &attr.meta else { continue };
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { continue };
        if !pair.path.is_ident("doc") {
            continue;
        }
        let text = text.value();
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() && !words.is_empty() {
                return words.join(" ");
            }
            if !line.is_empty() {
                words.push(line.to_owned());
            }
        }
        if text.trim().is_empty() && !words.is_empty() {
            break;
        }
    }
    words.join(" ")
}
