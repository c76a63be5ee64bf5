//! Placeholders meet parameters: every `<name>` stands for one, and every parameter is accounted for.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{GenericParam, Generics, LitStr, Type};

use crate::anonymous;
use crate::args::Args;
use crate::error::{self, Errors};
use crate::function::{Function, Param, peel};
use crate::guess;
use crate::template::{Placeholder, Template};
use crate::tokens::written;

/// A segment with its placeholder settled.
pub(crate) struct BoundSegment<'a> {
    pub(crate) prefix: String,
    pub(crate) bound: Option<Bound<'a>>,
    pub(crate) suffix: String,
}

/// What a placeholder stands for.
pub(crate) enum Bound<'a> {
    /// `<id>`.
    Param(Param<'a>),
    /// `<req.user_id>`: the written path, and its tokens.
    Path { param: Param<'a>, name: String, tokens: TokenStream },
    /// `<T>`.
    Type(&'a Ident),
    /// `<N>`.
    Const(&'a Ident, &'a Type),
}

impl Bound<'_> {
    /// As the template names it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Param(param) => param.name(),
            Self::Path { name, .. } => name.clone(),
            Self::Type(ident) | Self::Const(ident, _) => ident.unraw().to_string(),
        }
    }

    /// Is it the parameter, or a part of it?
    pub(crate) fn is_of(&self, one: &Param<'_>) -> bool {
        matches!(self, Self::Param(param) | Self::Path { param, .. } if param.ident == one.ident)
    }
}

/// Everything that a template may name.
pub(crate) struct Scope<'a> {
    pub(crate) function: &'a Function,
    /// The generics of the impl block around a method.
    pub(crate) outer: Option<&'a Generics>,
    /// Parameters of the block that it skips for all its methods.
    pub(crate) outer_skip: &'a [Ident],
    /// The parameter that has the ids of a batch: a placeholder stands for one of them.
    pub(crate) ids: Option<(&'a Ident, &'a Type)>,
}

impl<'a> Scope<'a> {
    pub(crate) fn params(&self) -> Vec<Param<'a>> {
        let one = |param: Param<'a>| match self.ids {
            Some((ids, element)) if ids == param.ident => Param { ident: ids, ty: element },
            _ => param,
        };
        self.function.params().into_iter().map(one).collect()
    }

    /// Type and const parameters: the function's own, then those of the block.
    fn generics(&self) -> impl Iterator<Item = &'a GenericParam> {
        let own = self.function.sig.generics.params.iter();
        let outer = self.outer.into_iter().flat_map(|generics| &generics.params);
        own.chain(outer).filter(|param| !matches!(param, GenericParam::Lifetime(_)))
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let params = self.params().into_iter().map(|param| param.name());
        params.chain(self.generics().map(crate::generics::name)).collect()
    }

    pub(crate) fn function_name(&self) -> String {
        self.function.sig.ident.unraw().to_string()
    }

    /// `<T>`, `<N>`.
    pub(crate) fn generic(&self, name: &str) -> Option<Bound<'a>> {
        match self.generics().find(|param| crate::generics::name(param) == name)? {
            GenericParam::Type(param) => Some(Bound::Type(&param.ident)),
            GenericParam::Const(param) => Some(Bound::Const(&param.ident, &param.ty)),
            GenericParam::Lifetime(_) => None,
        }
    }

    /// `name`, or the one that it was meant to be; the second says which.
    pub(crate) fn resolve(&self, name: &str) -> (Option<String>, bool) {
        let names = self.names();
        if names.iter().any(|known| known == name) {
            return (Some(name.to_owned()), true);
        }
        (guess::nearest(name, names.iter().map(String::as_str)).map(str::to_owned), false)
    }
}

/// Binds the template; what is wrong goes to `errors`. A misspelled name is bound as what it was meant to be.
pub(crate) fn bind<'a>(
    scope: &Scope<'a>,
    template: Template,
    key: &LitStr,
    args: &Args,
    errors: &mut Errors,
) -> Vec<BoundSegment<'a>> {
    let mut binder = Binder {
        scope,
        key,
        text: key.value(),
        skip: names(scope, "skip", &args.skip, errors),
        partial: names(scope, "partial", &args.partial, errors),
        used: BTreeSet::new(),
        lost: false,
    };
    let mut bound = Vec::new();
    for segment in template.segments {
        let placeholder =
            segment.placeholder.and_then(|placeholder| binder.placeholder(&placeholder, errors));
        bound.push(BoundSegment { prefix: segment.prefix, bound: placeholder, suffix: segment.suffix });
    }
    binder.account(args, errors);
    bound
}

/// `{id}` where `id` is a parameter: a placeholder as `format!` has them. With `<id>` in the key as well, or skipped, the
/// braces are what they look like: a hash tag around a text.
pub(crate) fn braced(scope: &Scope<'_>, text: &str, args: &Args) -> Vec<(Range<usize>, String)> {
    let names = scope.names();
    let mut found = Vec::new();
    for (start, _) in text.match_indices('{') {
        let Some(length) = text[start..].find('}') else { continue };
        let name = &text[start + 1..start + length];
        let root = name.split('.').next().unwrap_or_default();
        let keyed = || text.contains(&format!("<{root}>")) || text.contains(&format!("<{root}."));
        let skipped = || args.skip.iter().any(|skipped| skipped.unraw() == root);
        if names.iter().any(|known| known == root) && !keyed() && !skipped() {
            found.push((start..start + length + 1, name.to_owned()));
        }
    }
    found
}

/// The names in `skip(…)` or `partial(…)`, checked.
fn names(scope: &Scope<'_>, option: &str, idents: &[Ident], errors: &mut Errors) -> BTreeSet<String> {
    let known = scope.names();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut out = BTreeSet::new();
    for ident in idents {
        let name = ident.unraw().to_string();
        let (resolved, exact) = scope.resolve(&name);
        if !exact {
            let guess = resolved.as_deref();
            errors.at(ident, error::unknown_name(option, &name, &scope.function_name(), guess, &known));
        }
        out.extend(resolved);
    }
    out
}

/// `<req.user_id>`, of a template that stands at `text`.
pub(crate) fn path<'a>(
    param: Param<'a>,
    placeholder: &Placeholder,
    text: &LitStr,
    errors: &mut Errors,
) -> Option<Bound<'a>> {
    let mut tokens = param.ident.to_token_stream();
    for field in &placeholder.fields {
        let Ok(mut member) = syn::parse_str::<syn::Member>(field) else {
            let mistake = crate::template::TemplateMistake::BadPlaceholder;
            errors.at(text, error::malformed("key", &text.value(), mistake, placeholder.at.clone()));
            return None;
        };
        // The template is where the compiler says that there is no such field.
        match &mut member {
            syn::Member::Named(ident) => ident.set_span(text.span()),
            syn::Member::Unnamed(index) => index.span = text.span(),
        }
        tokens = quote!(#tokens.#member);
    }
    Some(Bound::Path { param, name: placeholder.name(), tokens })
}

struct Binder<'a, 's> {
    scope: &'s Scope<'a>,
    key: &'s LitStr,
    text: String,
    skip: BTreeSet<String>,
    partial: BTreeSet<String>,
    used: BTreeSet<String>,
    /// A placeholder named nothing: what is missing from the key may be what it was meant to be.
    lost: bool,
}

impl<'a> Binder<'a, '_> {
    fn placeholder(&mut self, placeholder: &Placeholder, errors: &mut Errors) -> Option<Bound<'a>> {
        let at = placeholder.at.clone();
        let root = &placeholder.root;
        if root == "self" {
            self.lost = true;
            errors.at(self.key, error::self_placeholder(&self.text, at));
            return None;
        }
        let (resolved, exact) = self.scope.resolve(root);
        if !exact {
            let known = self.scope.names();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let function = self.scope.function_name();
            let place = (self.text.as_str(), at.clone(), root.as_str());
            errors.at(self.key, error::unknown_placeholder(place, &function, resolved.as_deref(), &known));
            self.lost |= resolved.is_none();
        }
        let root = resolved?;
        self.used.insert(root.clone());
        if let Some(param) = self.scope.params().into_iter().find(|param| param.name() == root) {
            return self.param(param, placeholder, errors);
        }
        if !placeholder.fields.is_empty() {
            errors.at(self.key, error::path_into_generic(&self.text, at, &root));
        }
        self.scope.generic(&root)
    }

    fn param(&self, param: Param<'a>, placeholder: &Placeholder, errors: &mut Errors) -> Option<Bound<'a>> {
        let (at, root) = (placeholder.at.clone(), param.name());
        let partial = self.partial.contains(&root);
        if placeholder.fields.is_empty() {
            if partial {
                errors.at(self.key, error::whole_and_partial(&self.text, at, &root));
            }
            return Some(Bound::Param(param));
        }
        if !partial && !self.skip.contains(&root) {
            errors.at(self.key, error::path_without_partial(&self.text, at.clone(), &root));
        }
        path(param, placeholder, self.key, errors)
    }

    /// Nothing is both, and nothing is neither.
    fn account(&self, args: &Args, errors: &mut Errors) {
        let exact = |ident: &&Ident| self.scope.resolve(&ident.unraw().to_string()).1;
        for ident in args.skip.iter().filter(exact) {
            let name = ident.unraw().to_string();
            if self.used.contains(&name) {
                errors.at(ident, error::keyed_and_skipped(&name));
            } else if self.partial.contains(&name) {
                errors.at(ident, error::partial_and_skipped(&name));
            }
        }
        for ident in args.partial.iter().filter(exact) {
            let name = ident.unraw().to_string();
            if !self.used.contains(&name) && !self.lost {
                errors.at(ident, error::partial_without_path(&name));
            }
        }
        self.types(errors);
        if self.lost {
            return;
        }
        let free = |name: &String| {
            !self.used.contains(name) && !self.skip.contains(name) && !self.partial.contains(name)
        };
        for param in self.scope.params() {
            if free(&param.name()) {
                errors.at(param.ident, error::unkeyed(&param.name()));
            }
        }
        for param in self.scope.generics().filter(|param| free(&crate::generics::name(param))) {
            let (ident, what) = match param {
                GenericParam::Type(param) => (&param.ident, "type"),
                GenericParam::Const(param) => (&param.ident, "const"),
                GenericParam::Lifetime(_) => continue,
            };
            if !self.scope.outer_skip.contains(ident) {
                errors.at(ident, error::unkeyed_generic(&ident.unraw().to_string(), what));
            }
        }
    }

    /// What is keyed has a type that says all of it, by a path too: one that is left open has a name, as nothing else can be in the
    /// key, or in `skip(…)`; and the body does not change it.
    fn types(&self, errors: &mut Errors) {
        let known: BTreeSet<String> = self.scope.generics().map(crate::generics::name).collect();
        let letters = ["T", "U", "V", "W", "X", "Y", "Z"].map(str::to_owned).into_iter();
        let mut names = letters.chain((1..).map(|n| format!("T{n}"))).filter(|name| !known.contains(name));
        for param in self.scope.function.params() {
            let name = param.name();
            let is_keyed = self.used.contains(&name) || self.partial.contains(&name);
            if !is_keyed || self.skip.contains(&name) {
                continue;
            }
            if let Type::Reference(reference) = peel(param.ty)
                && let Some(mutability) = &reference.mutability
            {
                errors.at(mutability, error::changed(&name));
            }
            for (ty, name) in anonymous::all_in(param.ty.to_token_stream()).iter().zip(&mut names) {
                let (written, declared) = (written(ty.to_token_stream()), anonymous::declared(ty, &name));
                let can_skip = self.scope.function.body.is_some();
                errors.at(ty, error::anonymous(&written, &name, &declared, can_skip));
            }
        }
    }
}
