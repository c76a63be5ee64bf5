//! An impl block: its header read, its items left as they are unless they carry one of our attributes.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, GenericParam, ImplItem, ItemImpl, PathArguments, Type};

use crate::args::Args;
use crate::blame::blamed;
use crate::change::CHANGES;
use crate::error::{self, Errors};
use crate::function::{Function, is_one_of, peel};
use crate::krate::Krate;
use crate::model::BlockHost;
use crate::{generics, tokens};

/// The attributes that are expanded with their block.
pub(crate) const OURS: [&str; 3] = ["cached", CHANGES[0], CHANGES[1]];

pub(crate) struct Block {
    /// The impl without its items.
    pub(crate) header: ItemImpl,
    pub(crate) items: Vec<Item>,
    pub(crate) host: BlockHost,
    /// Names of the associated types that a trait impl defines.
    pub(crate) types: BTreeSet<String>,
    /// Can companions stand beside this block?
    pub(crate) sound: bool,
}

pub(crate) enum Item {
    /// A function with attributes of ours.
    Ours(Vec<Attribute>, Box<Function>),
    Other(TokenStream),
}

impl Block {
    /// Reads `impl … { … }`. `Err`: that is no impl block.
    pub(crate) fn read(tokens: TokenStream, args: Args, errors: &mut Errors) -> syn::Result<Self> {
        let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
        let body = match trees.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            last => {
                return Err(syn::Error::new_spanned(last, error::not_a_strategy()));
            }
        };
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(body.span());
        trees.push(TokenTree::Group(empty));
        let header: ItemImpl = syn::parse2(trees.into_iter().collect())?;
        let mut items = Vec::new();
        let mut types = BTreeSet::new();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                items.push(item(input, &mut types, errors)?);
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(body.stream()) {
            errors.add(error);
        }
        if header.trait_.is_none() {
            types.clear();
        }
        let (strategy, sound) = match strategy(&header, &args, errors) {
            Some(strategy) => (strategy, unconstrained(&header, &items, errors)),
            None => (TokenStream::new(), false),
        };
        let host = BlockHost {
            strategy,
            in_trait: header.trait_.is_some(),
            of: header.trait_.as_ref().map(|(path, _)| (path.clone(), types.clone())),
            generics: header.generics.clone(),
            self_ty: (*header.self_ty).clone(),
            skip: block_skip(&header, &args, errors),
            krate: args.krate,
        };
        Ok(Self { header, items, host, types, sound })
    }
}

/// One item; a function keeps its body as tokens.
fn item(input: ParseStream<'_>, types: &mut BTreeSet<String>, errors: &mut Errors) -> syn::Result<Item> {
    let ahead = input.fork();
    if let Ok(mut function) = ahead.parse::<Function>() {
        syn::parse::discouraged::Speculative::advance_to(input, &ahead);
        let ours = function.take_attributes(&OURS);
        return Ok(if ours.is_empty() {
            Item::Other(function.to_token_stream())
        } else {
            Item::Ours(ours, Box::new(function))
        });
    }
    let mut item: ImplItem = input.parse()?;
    let attrs = match &mut item {
        ImplItem::Const(item) => &mut item.attrs,
        ImplItem::Type(item) => {
            types.insert(item.ident.to_string());
            &mut item.attrs
        }
        ImplItem::Macro(item) => &mut item.attrs,
        _ => return Ok(Item::Other(item.to_token_stream())),
    };
    for attr in attrs.iter().filter(|attr| is_one_of(attr, &OURS)) {
        let name = attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        errors.at(attr, error::not_a_function(&name));
    }
    attrs.retain(|attr| !is_one_of(attr, &OURS));
    Ok(Item::Other(item.to_token_stream()))
}

/// The strategy of the block's type, for a static: by the type, or where that has parameters by its constant.
fn strategy(header: &ItemImpl, args: &Args, errors: &mut Errors) -> Option<TokenStream> {
    let krate = Krate::new(args.krate.as_ref());
    let mut names = generics::names(&header.generics);
    names.retain(|name| !name.starts_with('\''));
    let ty = header.self_ty.to_token_stream();
    if tokens::mentioned(ty.clone(), &names).is_empty() {
        let ty = tokens::replace_lifetimes(ty, "static");
        let path = blamed(quote!(<#ty as #krate::CacheStrategy>), &header.self_ty);
        return Some(quote!(#path::STRATEGY));
    }
    match peel(&header.self_ty) {
        Type::Path(path) if path.qself.is_none() => {
            let mut path = path.path.clone();
            for segment in &mut path.segments {
                segment.arguments = PathArguments::None;
            }
            Some(path.to_token_stream())
        }
        other => {
            errors.at(other, error::unnamed_self_type());
            None
        }
    }
}

/// `impl<T> Repo<T> for PgRepo`: the companions are in `impl PgRepo`, which can't have a `T`.
fn unconstrained(header: &ItemImpl, items: &[Item], errors: &mut Errors) -> bool {
    if header.trait_.is_none() || !items.iter().any(|item| matches!(item, Item::Ours(..))) {
        return true;
    }
    let mut sound = true;
    let names = generics::names(&header.generics);
    let used = tokens::mentioned(header.self_ty.to_token_stream(), &names);
    for param in &header.generics.params {
        let name = generics::name(param);
        if !used.contains(&name) && !matches!(param, GenericParam::Lifetime(_)) {
            errors.at(param, error::unconstrained(&name));
            sound = false;
        }
    }
    sound
}

/// `#[cache_strategy(skip(D))]`: parameters of the block that change no answer.
fn block_skip(header: &ItemImpl, args: &Args, errors: &mut Errors) -> Vec<Ident> {
    let names = generics::names(&header.generics);
    let known: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.starts_with('\'')).collect();
    for ident in &args.skip {
        let name = ident.to_string();
        if !names.contains(&name) {
            let guess = crate::guess::nearest(&name, known.iter().copied());
            let of = tokens::written(header.self_ty.to_token_stream());
            errors.at(ident, error::unknown_name("skip", &name, &of, guess, &known));
        }
    }
    args.skip.clone()
}
