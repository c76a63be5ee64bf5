//! `tag("user/<user_id>")` in `#[cache_invalidate]`: the tag's key, and where it is.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReceiverKind, Type};

use super::key::rendered;
use super::site::{fieldless, location};
use crate::blame::blamed;
use crate::function::{Function, peel};
use crate::generics;
use crate::krate::Krate;
use crate::tags::{Home, TagTarget};
use crate::tokens::{self, Tokens};

/// `.tag(cache, strategy, key)`.
pub(crate) fn tag(krate: &Krate, function: &Function, target: &TagTarget<'_>) -> TokenStream {
    let segments = &target.tag.segments;
    match &target.home {
        Home::This => {
            let strategy = Tokens::from(blamed(quote!(<Self as #krate::CacheStrategy>), &target.text));
            let this = this(function);
            let prefix = quote!(#strategy::STRATEGY.prefix);
            let fields = Some((&strategy, this.clone()));
            let key = rendered(krate, ("begin_tag", prefix), fields, segments);
            quote!(.tag(#strategy::cache(#this), #strategy::STRATEGY, #key))
        }
        Home::Type(ty) => {
            let strategy = blamed(quote!(<#ty as #krate::CacheStrategy>), ty);
            let strategy = quote!(#strategy::STRATEGY);
            let key = rendered(krate, ("begin_tag", quote!(#strategy.prefix)), None, segments);
            let check = is_nameable(function, ty).then(|| fieldless(&strategy, ty));
            quote!(.tag(#krate::Cache::installed(), { #check #strategy }, #key))
        }
        Home::Inline { namespace, version } => {
            let prefix = format!("{namespace}:v{version}");
            let key = rendered(krate, ("begin_tag", prefix.to_token_stream()), None, segments);
            // What is counted for it is told apart by its place.
            let location = location(krate, target.text.span());
            let strategy = quote_spanned! {target.text.span()=>
                const {
                    &#krate::__private::Strategy {
                        name: "",
                        namespace: #namespace,
                        version: #version,
                        prefix: #prefix,
                        kind: #krate::__private::KindName::Ttl,
                        policy: #krate::__private::Policy::new(#krate::__private::millis(1000)),
                        fields: &[],
                        reason: "",
                        location: #location,
                    }
                }
            };
            quote!(.tag(#krate::Cache::installed(), #strategy, #key))
        }
    }
}

/// `self` as a `&Self`.
fn this(function: &Function) -> TokenStream {
    let Some(receiver) = function.sig.receiver() else { return TokenStream::new() };
    let this = &receiver.self_token;
    match &receiver.kind {
        ReceiverKind::Reference(..) => this.to_token_stream(),
        ReceiverKind::Typed(_, ty) => match peel(ty) {
            Type::Reference(_) => this.to_token_stream(),
            Type::Path(path) if path.path.is_ident("Self") => quote!(&#this),
            _ => quote!(&*#this),
        },
        _ => quote!(&#this),
    }
}

/// Can an item inside the function name the type?
fn is_nameable(function: &Function, ty: &Type) -> bool {
    let mut names = generics::names(&function.sig.generics);
    names.insert("Self".to_owned());
    tokens::mentioned(ty.to_token_stream(), &names).is_empty()
}
