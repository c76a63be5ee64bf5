//! The segments of a template -> calls of a key or pattern writer.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;

use crate::bind::{Bound, BoundSegment};
use crate::blame::{start, theirs};
use crate::function::Param;
use crate::krate::Krate;
use crate::model::{Host, Loads, Plan};
use crate::tokens::Tokens;

/// A local of ours, which no name of the user's can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The entry's key.
pub(crate) fn key(plan: &Plan<'_>) -> TokenStream {
    plan.rendered("begin", &plan.segments)
}

/// The same as statements that write it with a writer of that name, which is not finished yet.
pub(crate) fn key_written(plan: &Plan<'_>, writer: &Ident) -> TokenStream {
    written(&plan.krate, ("begin", plan.prefix()), plan.fields(), &plan.segments, writer)
}

/// What tells the entry from the declaration's others without its key, where that is whole numbers alone. Asked for values in an
/// `Arc`, and for what never leaves the process: others have no short way.
pub(crate) fn brief(plan: &Plan<'_>) -> Option<TokenStream> {
    let krate = &plan.krate;
    let is_short = plan.returns.is_arc() || plan.loads == Loads::InThread;
    if !is_short || !plan.tags.is_empty() {
        return None;
    }
    let bounds = plan.segments.iter().filter_map(|segment| segment.bound.as_ref());
    let numbers: Option<Vec<TokenStream>> = bounds
        .map(|bound| match bound {
            Bound::Param(Param { ident, ty }) => Some(quote!(<#ty as #krate::CacheKey>::number(&#ident))),
            Bound::Const(ident, ty) => Some(quote!(<#ty as #krate::CacheKey>::number(&#ident))),
            // A path's type is not known by name.
            Bound::Path { .. } | Bound::Type(_) => None,
        })
        .collect();
    numbers.map(|numbers| quote!(#krate::__private::Brief::new() #(.and(#numbers))*))
}

/// `[…]`, the keys of the entry's tags; nothing, where there are none.
pub(crate) fn tags(plan: &Plan<'_>) -> Option<TokenStream> {
    let tags = plan.tags.iter().map(|tag| plan.rendered("begin_tag", &tag.segments));
    (!plan.tags.is_empty()).then(|| quote!([#(#tags),*]))
}

/// `{ let mut w = KeyWriter::new(…); …; w.finish() }`. `fields` is the strategy, and the `self` that has its fields.
pub(crate) fn rendered(
    krate: &Krate,
    start: (&str, TokenStream),
    fields: Option<(&Tokens, TokenStream)>,
    segments: &[BoundSegment<'_>],
) -> TokenStream {
    let writer = local("__key");
    let written = written(krate, start, fields, segments, &writer);
    quote!({ #written #writer.finish() })
}

fn written(
    krate: &Krate,
    (start, prefix): (&str, TokenStream),
    fields: Option<(&Tokens, TokenStream)>,
    segments: &[BoundSegment<'_>],
    writer: &Ident,
) -> TokenStream {
    let start = Ident::new(start, Span::call_site());
    let fields = fields.map(|(strategy, this)| quote!(#strategy::render_fields(#this, &mut #writer);));
    let steps = steps(segments, writer, |bound| match bound {
        Bound::Param(param) => {
            let ident = param.ident;
            // Only in the tag of a change: in a key it would be a mistake.
            if param.has_impl_trait() {
                quote!(#writer.part(&#ident);)
            } else {
                part(krate, param.ty, &quote!(&#ident), &quote!(&mut #writer))
            }
        }
        Bound::Path { tokens, .. } => quote!(#writer.part(&#tokens);),
        Bound::Type(ident) => quote!(<#ident as #krate::KeyType>::render_type(&mut #writer);),
        Bound::Const(ident, _) => quote!(#writer.part(&#ident);),
    });
    quote! {
        let mut #writer = #krate::__private::KeyWriter::empty();
        #writer.#start(#prefix);
        #fields
        #steps
    }
}

/// Renders `value`. "Not a key part" is said at the type, and in the same words wherever it comes up, so that the
/// compiler says it once.
pub(crate) fn part(krate: &Krate, ty: &Type, value: &TokenStream, writer: &TokenStream) -> TokenStream {
    quote!(<#ty as #krate::CacheKey>::render(#value, #writer);)
}

/// The writer's calls in order, neighbouring text in one.
pub(crate) fn steps(
    segments: &[BoundSegment<'_>],
    writer: &Ident,
    mut part: impl FnMut(&Bound<'_>) -> TokenStream,
) -> TokenStream {
    let (mut out, mut text) = (Vec::new(), String::new());
    for BoundSegment { prefix, bound, suffix } in segments {
        text.push(':');
        text.push_str(prefix);
        if let Some(bound) = bound {
            out.extend([literal(writer, &std::mem::take(&mut text)), part(bound)]);
            text.push_str(suffix);
        }
    }
    if !text.is_empty() {
        out.push(literal(writer, &text));
    }
    out.into_iter().collect()
}

fn literal(writer: &Ident, text: &str) -> TokenStream {
    if text == ":" { quote!(#writer.separator();) } else { quote!(#writer.literal(#text);) }
}

impl Plan<'_> {
    fn rendered(&self, start: &str, segments: &[BoundSegment<'_>]) -> TokenStream {
        rendered(&self.krate, (start, self.prefix()), self.fields(), segments)
    }

    /// The strategy, and the `self` that has its fields.
    fn fields(&self) -> Option<(&Tokens, TokenStream)> {
        self.this().map(|this| (&self.strategy, this.to_token_stream()))
    }

    /// `namespace:v{version}`, as an expression in the function.
    pub(crate) fn prefix(&self) -> TokenStream {
        match &self.host {
            Host::Inline(inline) => inline.prefix().to_token_stream(),
            _ => {
                let strategy = &self.strategy;
                quote!(#strategy::STRATEGY.prefix)
            }
        }
    }

    /// What the strategy has declared, for an item.
    pub(crate) fn declared(&self) -> TokenStream {
        match &self.host {
            Host::Block(block) => block.strategy.clone(),
            _ => {
                let strategy = &self.strategy;
                quote!(#strategy::STRATEGY)
            }
        }
    }

    /// The cache, as an expression in the function.
    pub(crate) fn cache(&self) -> TokenStream {
        let krate = &self.krate;
        let cache = match self.this() {
            Some(this) => {
                let strategy = &self.strategy;
                quote!(#strategy::cache(#this))
            }
            None => quote!(#krate::Cache::installed()),
        };
        if self.loads == Loads::InThread { quote!(#krate::__private::in_process(#cache)) } else { cache }
    }

    /// The kind's type.
    pub(crate) fn kind(&self) -> TokenStream {
        let (krate, strategy) = (&self.krate, &self.strategy);
        match &self.host {
            Host::Inline(inline) => {
                let kind = inline.kind.ident();
                quote!(#krate::kind::#kind)
            }
            Host::Type(ty) => theirs(quote!(#strategy::Kind), ty),
            Host::Block(block) => theirs(quote!(#strategy::Kind), &block.self_ty),
        }
    }

    /// `self`, where there is one.
    pub(crate) fn this(&self) -> Option<&syn::Token![self]> {
        match self.host {
            Host::Block(_) => self.function.sig.receiver().map(|receiver| &receiver.self_token),
            _ => None,
        }
    }

    /// `Self::name` or `name`.
    pub(crate) fn call(&self, name: &Ident) -> TokenStream {
        match self.host {
            Host::Block(_) => quote!(Self::#name),
            _ => name.to_token_stream(),
        }
    }
}

impl Host<'_> {
    /// What a plan keeps of it, as it stands in most of what is written.
    pub(crate) fn strategy(&self, krate: &Krate) -> Tokens {
        let (strategy, ty) = match self {
            Host::Inline(_) => return Tokens::default(),
            Host::Type(ty) => (quote!(<#ty as #krate::CacheStrategy>), &**ty),
            Host::Block(block) => {
                let this = Ident::new("Self", start(&block.self_ty));
                (quote!(<#this as #krate::CacheStrategy>), &block.self_ty)
            }
        };
        theirs(strategy, ty).into()
    }
}

impl crate::model::Inline {
    pub(crate) fn prefix(&self) -> String {
        format!("{}:v{}", self.namespace, self.version)
    }
}
