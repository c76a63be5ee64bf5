//! The call that asks the cache, with the body as what it runs on a miss: inside the caller, or as a task.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Type;

use super::key::{brief, key_written, local, tags};
use crate::anonymous;
use crate::batch::Ids;
use crate::blame::{blamed, theirs};
use crate::function::peel;
use crate::generics::turbofish;
use crate::krate::Krate;
use crate::loading::{Carried, carried};
use crate::model::{Loads, Plan};
use crate::returns::Shape;

/// What is in this process, else `read(Fallible, Entries::new(…).at(&key), …).through(…).await`.
pub(crate) fn load(plan: &Plan<'_>) -> TokenStream {
    let krate = &plan.krate;
    let value = &plan.returns.value;
    let shape = match plan.returns.shape {
        Shape::Value => "Plain",
        Shape::Option => "Optional",
        Shape::Result => "Fallible",
        Shape::ResultOption => "FallibleOptional",
    };
    let shape = format_ident!("{shape}");
    let awaited = plan.function.sig.asyncness.map(|_| quote!(.await));
    let sharing = sharing(plan);
    let (key, hit, loaded) = (local("__key"), local("__hit"), local("__loaded"));
    let tagged = |keys| {
        let tags = local("__tags");
        (quote!(let #tags = #keys;), quote!(.tags(&#tags)))
    };
    let (tags, tagged) = tags(plan).map(tagged).unzip();
    // What the value or the error lacks is said at the type.
    let entries = blamed(plan.entries(), value);
    let asked = quote!(#krate::__private::#shape, #entries.at(&#key) #tagged, #sharing);
    let load = match plan.loads {
        Loads::InBackground => {
            let (timed_out, task) = (timed_out(plan), task(plan));
            quote!(#krate::__private::load_owned(#asked, #timed_out #task))
        }
        Loads::InThread => {
            let body = body(plan);
            quote!(#krate::__private::memo(#asked, move || #body))
        }
        // Made before it is known whether it is needed: it holds its arguments, and does nothing until then.
        Loads::InCaller | Loads::InBatch | Loads::Never => {
            let body = body(plan);
            quote!(#krate::__private::read(#asked).through(::core::pin::pin!(#body)))
        }
    };
    let load = blamed(quote!(#load #awaited), value);
    // Asked here, so that a hit does not pay for what a load needs: its room, its tags, and the key, which is not moved to where it
    // outlasts a wait. (Nor are the entries kept there: then the compiler could not see through them.)
    let shape = blamed(quote!(#krate::__private::#shape), value);
    let asked = |by: TokenStream, how: TokenStream| {
        let hit = quote! {
            if let ::core::option::Option::Some(#hit) =
                #krate::__private::#by(#shape, #entries, #how)
            {
                return #hit;
            }
        };
        blamed(hit, value)
    };
    let (again, here) = match brief(plan) {
        Some(brief) => {
            let short = local("__brief");
            let again = asked(quote!(again), quote!(#short));
            let here = asked(quote!(here), quote!(::core::option::Option::Some(#short), &mut #key));
            (Some(quote!(let #short = #brief; #again)), here)
        }
        None => (None, asked(quote!(here), quote!(::core::option::Option::None, &mut #key))),
    };
    let written = key_written(plan, &key);
    quote! {
        let #key = {
            #again
            #written
            #here
            #key.finish()
        };
        #tags
        // Bound, as it borrows the key: at the end of a block that an attribute has put around this (`#[tracing::instrument]`), what
        // is not bound outlives it.
        let #loaded = #load;
        #loaded
    }
}

/// `batch_result(Batch::new(…), &ids[..], |ids| key, …, |ids| …).await`.
pub(crate) fn batch(plan: &Plan<'_>, ids: &Ids<'_>, key: &TokenStream) -> TokenStream {
    let krate = &plan.krate;
    let (value, entries) = (&plan.returns.value, plan.entries());
    let load = if plan.returns.shape.is_result() { "batch_result" } else { "batch_value" };
    let load = Ident::new(load, proc_macro2::Span::call_site());
    let sharing = plan.returns.error.is_some().then(|| {
        let sharing = sharing(plan);
        quote!(#sharing,)
    });
    let uncached = plan.call(&plan.uncached_name());
    let turbofish = turbofish(&plan.function.sig.generics);
    let this = plan.this().map(|this| quote!(#this,));
    let Ids { ident, element, borrowed } = ids;
    let mut copies = TokenStream::new();
    let mut arguments = Vec::new();
    for param in plan.function.params() {
        let name = param.ident;
        if name == *ident {
            arguments.push(if *borrowed { quote!(&#name) } else { name.to_token_stream() });
            continue;
        }
        // The body may be called again, for what others did not load.
        if !matches!(peel(param.ty), Type::Reference(_)) {
            let copy = blamed(quote!(::core::clone::Clone::clone(&#name)), name);
            copies.extend(quote!(let #name = #copy;));
        }
        arguments.push(name.to_token_stream());
    }
    // What the map or the error lacks is said at the value's type.
    blamed(
        quote! {
            #krate::__private::#load(
                #krate::__private::Batch::<#value>::new(#entries),
                &#ident[..],
                |#ident: &#element| #key,
                #sharing
                |#ident: ::std::vec::Vec<#element>| {
                    #copies
                    async move { #uncached #turbofish (#this #(#arguments),*).await }
                },
            )
            .await
        },
        value,
    )
}

/// How an error reaches those who waited.
fn sharing(plan: &Plan<'_>) -> TokenStream {
    let krate = &plan.krate;
    match (&plan.share_error, &plan.returns.error) {
        (Some(path), Some(_)) => quote!(#krate::__private::ErrorSharing::by(#path)),
        (None, Some(error)) => quote!(#krate::__private::share_of!(#error)),
        (_, None) => quote!(#krate::__private::ErrorSharing::never()),
    }
}

/// The call of the function's body.
fn body(plan: &Plan<'_>) -> TokenStream {
    let uncached = plan.call(&plan.uncached_name());
    let turbofish = turbofish(&plan.function.sig.generics);
    let this = plan.this().map(|this| quote!(#this,));
    let arguments = plan.function.params().into_iter().map(|param| param.ident.clone());
    quote!(#uncached #turbofish (#this #(#arguments),*))
}

/// A load with all that it needs, made when there is something to load: a hit clones nothing.
fn task(plan: &Plan<'_>) -> TokenStream {
    let krate = &plan.krate;
    let uncached = plan.call(&plan.uncached_name());
    let turbofish = turbofish(&plan.function.sig.generics);
    let mut lets = TokenStream::new();
    let mut arguments = Vec::new();
    if let Some(this) = plan.this() {
        let mine = local("__this");
        let own = given(krate, "own", Some(quote!(Self)), this);
        lets.extend(quote!(let #mine = #own;));
        arguments.push(quote!(&#mine));
    }
    for param in plan.function.params() {
        let mine = local(&format!("__{}", param.name()));
        let ident = param.ident;
        let (by, ty, argument) = match carried(param.ty) {
            Carried::Cloned(ty) => ("own", ty, quote!(&#mine)),
            Carried::Moved => ("carry", param.ty, quote!(#mine)),
        };
        // An `impl Trait` has no name to ask by.
        let named = (!anonymous::is_in(ty)).then(|| ty.to_token_stream());
        let value = given(krate, by, named, ident);
        lets.extend(quote!(let #mine = #value;));
        arguments.push(argument);
    }
    // What the body holds and no task can is said at the function's name.
    let name = &plan.function.sig.ident;
    let load = blamed(quote!(async move { #uncached #turbofish (#(#arguments),*).await }), name);
    let load = blamed(quote!(#krate::__private::in_task(#load)), name);
    quote! {
        move || {
            #lets
            #load
        }
    }
}

/// `own(db)`, after the question whether that is possible: the compiler answers it in our words, and leaves out what
/// follows from the answer, as all of it stands at the parameter.
fn given(krate: &Krate, by: &str, ty: Option<TokenStream>, value: impl ToTokens) -> TokenStream {
    let value = value.to_token_stream();
    let (ask, by) = (format_ident!("can_{by}"), format_ident!("{by}"));
    let given = theirs(quote!(#krate::__private::#by(#value)), &value);
    match ty {
        Some(ty) => {
            let ask = theirs(quote!(#krate::__private::#ask::<#ty>();), &value);
            quote!({ #ask #given })
        }
        None => given,
    }
}

/// How the error tells of a load that took too long.
fn timed_out(plan: &Plan<'_>) -> TokenStream {
    let krate = &plan.krate;
    match (&plan.timeout_error, &plan.returns.error) {
        (Some(path), Some(error)) => {
            let by = local("__by");
            quote! {{
                let #by: fn(#krate::LoadTimeout) -> #error = #path;
                ::core::option::Option::Some(#by)
            },}
        }
        (None, Some(error)) => quote!(#krate::__private::timed_out!(#error),),
        (_, None) => quote!(::core::option::Option::None,),
    }
}
