//! What stands beside a cached function: its entry, its pattern, its declaration.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::cached::carried;
use super::key::{key, local, steps, tags};
use super::quiet;
use super::site::{entries, site};
use crate::bind::Bound;
use crate::blame::theirs;
use crate::function::Param;
use crate::generics::keep;
use crate::model::{Host, Loads, Plan};
use crate::tokens::one_lifetime;

impl Plan<'_> {
    pub(crate) fn entry_name(&self) -> Ident {
        format_ident!("{}_entry", self.function.sig.ident)
    }

    /// Before the names of the types that it has in common with async functions.
    fn sync(&self) -> &'static str {
        if self.loads == Loads::InThread { "Sync" } else { "" }
    }

    fn pattern_name(&self) -> Ident {
        format_ident!("{}_pattern", self.function.sig.ident)
    }

    /// `&self,`, where there is a `self`.
    fn receiver(&self) -> Option<TokenStream> {
        self.this().map(|this| quote!(&#this,))
    }

    /// Types and names of generic parameters that stand in the template.
    fn keyed_generics(&self) -> TokenStream {
        let types = self.keyed.iter().map(|param| param.ty.to_token_stream());
        let named = self.segments.iter().filter_map(|segment| match &segment.bound {
            Some(Bound::Type(ident) | Bound::Const(ident, _)) => Some(ident.to_token_stream()),
            _ => None,
        });
        types.chain(named).collect()
    }
}

pub(crate) fn companions(plan: &Plan<'_>) -> [TokenStream; 4] {
    let cfg = carried(&plan.function.attrs);
    let cfg = cfg.as_ref();
    let (entry, pattern) = (entry(plan, cfg, &entry_body(plan)), pattern(plan, cfg, pattern_body));
    [entry, pattern, entries(plan, cfg), site(plan, cfg)]
}

/// The same names and types with nothing behind them: after a mistake.
pub(crate) fn stubs(plan: &Plan<'_>) -> [TokenStream; 2] {
    let cfg = carried(&plan.function.attrs);
    let cfg = cfg.as_ref();
    [entry(plan, cfg, &quote!(loop {})), pattern(plan, cfg, |_, _| quote!(loop {}))]
}

fn entry(plan: &Plan<'_>, cfg: Option<&TokenStream>, body: &TokenStream) -> TokenStream {
    let krate = &plan.krate;
    let (name, vis, quiet) = (plan.entry_name(), plan.companion_vis(), quiet());
    let (value, kind) = (&plan.returns.value, plan.kind());
    let mut seeds = plan.keyed_generics();
    seeds.extend(value.clone());
    let kept = keep(&plan.function.sig.generics, seeds);
    let (params, where_clause) = (kept.params(), kept.where_clause());
    let receiver = plan.receiver();
    let inputs = plan.keyed.iter().map(|Param { ident, ty }| quote!(#ident: #ty));
    // "No strategy" is said at the strategy's type; what is wrong with the value's stays where that is.
    let at_strategy = |tokens| match &plan.host {
        Host::Block(block) => theirs(tokens, &block.self_ty),
        Host::Type(ty) => theirs(tokens, ty),
        Host::Inline(_) => tokens,
    };
    let entry = format_ident!("{}Entry", plan.sync());
    let (open, close) = (at_strategy(quote!(#krate::#entry<)), at_strategy(quote!(>)));
    let output = quote!(#open #value, #kind #close);
    let doc = format!(" The cache entry of {}.", plan.link());
    quote! {
        #cfg
        #[doc = #doc]
        #[must_use]
        #quiet
        #vis fn #name<#params>(#receiver #(#inputs),*) -> #output #where_clause {
            #body
        }
    }
}

fn entry_body(plan: &Plan<'_>) -> TokenStream {
    let krate = &plan.krate;
    let value = &plan.returns.value;
    let (entries, key) = (plan.entries(), key(plan));
    let tagged = tags(plan).map(|tags| quote!(.tagged(#tags)));
    // Else the declaration asks.
    let asked = (!plan.is_nameable(value)).then(|| {
        let asked = plan.asked_of_value();
        quote!(const { #asked })
    });
    // With a body, loading asks the same.
    let is_value = plan.function.body.is_none().then(|| quote!(#krate::__private::assert_value::<#value>();));
    let entry = quote! {
        #krate::__private::entry(#entries, #key)
        #tagged
    };
    let entry = if plan.loads == Loads::InThread { quote!(#krate::SyncEntry::new(#entry)) } else { entry };
    quote! {
        #asked
        #is_value
        #entry
    }
}

/// How a pattern takes one part.
struct PatternPart {
    ident: Ident,
    /// `None`: whatever can be a part, as the type has no name.
    ty: Option<TokenStream>,
}

fn pattern(
    plan: &Plan<'_>,
    cfg: Option<&TokenStream>,
    body: impl FnOnce(&Plan<'_>, &[PatternPart]) -> TokenStream,
) -> TokenStream {
    let krate = &plan.krate;
    let (name, vis, quiet) = (plan.pattern_name(), plan.companion_vis(), quiet());
    let mut lifetimes = Vec::new();
    let parts = pattern_parts(plan, &mut lifetimes);
    let mut seeds: TokenStream = parts.iter().filter_map(|part| part.ty.clone()).collect();
    for segment in &plan.segments {
        if let Some(Bound::Type(ident) | Bound::Const(ident, _)) = &segment.bound {
            seeds.extend(ident.to_token_stream());
        }
    }
    let kept = keep(&plan.function.sig.generics, seeds);
    let (params, where_clause) = (kept.params(), kept.where_clause());
    let receiver = plan.receiver();
    let inputs = parts.iter().map(|PatternPart { ident, ty }| match ty {
        Some(ty) => quote!(#ident: impl #krate::__private::KeyMatch<#ty>),
        None => quote!(#ident: impl #krate::PatternPart),
    });
    let body = body(plan, &parts);
    let output = format_ident!("{}EntryPattern", plan.sync());
    let doc = format!(" The cache entries of {}: `Any` stands for every value of a part.", plan.link());
    quote! {
        #cfg
        #[doc = #doc]
        #[must_use]
        #quiet
        #vis fn #name<#(#lifetimes,)* #params>(#receiver #(#inputs),*) -> #krate::#output #where_clause {
            #body
        }
    }
}

/// One for each keyed parameter, or for each path into one, in the order of the parameters.
fn pattern_parts(plan: &Plan<'_>, lifetimes: &mut Vec<TokenStream>) -> Vec<PatternPart> {
    let mut parts: Vec<PatternPart> = Vec::new();
    for param in &plan.keyed {
        let mut whole = true;
        for segment in &plan.segments {
            let Some(Bound::Path { param: of, .. }) = &segment.bound else { continue };
            if of.ident != param.ident {
                continue;
            }
            whole = false;
            if let Some(ident) = segment.bound.as_ref().and_then(part_ident)
                && !parts.iter().any(|part| part.ident == ident)
            {
                parts.push(PatternPart { ident, ty: None });
            }
        }
        if whole {
            // After a mistake it may be an `impl Trait`, which can't stand inside another one.
            let ty = (!param.has_impl_trait()).then(|| one_lifetime(param.ty.to_token_stream(), lifetimes));
            parts.push(PatternPart { ident: param.ident.clone(), ty });
        }
    }
    parts
}

/// The pattern's parameter for a placeholder: `id`, or `req_user_id` for `<req.user_id>`.
fn part_ident(bound: &Bound<'_>) -> Option<Ident> {
    match bound {
        Bound::Param(param) => Some(param.ident.clone()),
        Bound::Path { param, name, .. } => {
            Some(format_ident!("{}", name.replace('.', "_"), span = param.ident.span()))
        }
        Bound::Type(_) | Bound::Const(..) => None,
    }
}

fn pattern_body(plan: &Plan<'_>, parts: &[PatternPart]) -> TokenStream {
    let krate = &plan.krate;
    let writer = local("__pattern");
    let (prefix, cache) = (plan.prefix(), plan.cache());
    // It may lack the value's generics, so it can't ask for its entries.
    let site = plan.call(&plan.site_name());
    let strategy = &plan.strategy;
    let fields = plan.this().map(|this| quote!(#strategy::render_fields(#this, #writer.fields());));
    let steps = steps(&plan.segments, &writer, |bound| match bound {
        Bound::Type(ident) => {
            // Said in the key's words, which the compiler then says once.
            let check = quote!(let _ = <#ident as #krate::KeyType>::render_type;);
            quote!(#check #writer.type_part::<#ident>();)
        }
        Bound::Const(ident, ty) => quote!(#writer.part::<#ty, #ty>(&#ident);),
        Bound::Param(_) | Bound::Path { .. } => {
            let part = part_ident(bound).and_then(|ident| parts.iter().find(|part| part.ident == ident));
            match part {
                Some(PatternPart { ident, ty: Some(ty) }) => quote!(#writer.part::<#ty, _>(&#ident);),
                Some(PatternPart { ident, ty: None }) => {
                    quote!(#krate::PatternPart::render(&#ident, &mut #writer);)
                }
                None => TokenStream::new(),
            }
        }
    });
    let pattern = quote!(#writer.finish(#cache, #site()));
    let pattern =
        if plan.loads == Loads::InThread { quote!(#krate::SyncEntryPattern::new(#pattern)) } else { pattern };
    quote! {
        let mut #writer = #krate::__private::PatternWriter::new(#prefix);
        #fields
        #steps
        #pattern
    }
}
