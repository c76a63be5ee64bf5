//! The policy: of a strategy, and of a declaration, which has to fit how its function loads.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::blame::blamed;
use crate::krate::Krate;
use crate::model::{Host, Loads, Plan};
use crate::settings::Settings;
use crate::tokens;

/// `Policy::new(…)` with its settings.
pub(crate) fn policy(krate: &Krate, ttl: u64, settings: &Settings) -> TokenStream {
    let steps = settings.steps(krate);
    quote!(#krate::__private::Policy::new(#krate::__private::millis(#ttl)) #steps)
}

/// The declaration's policy, checked; and what its settings require.
pub(crate) fn site_policy(plan: &Plan<'_>) -> (TokenStream, Option<TokenStream>) {
    let krate = &plan.krate;
    let policy = plan.policy();
    let required = plan.settings.required(krate);
    let fits = match plan.loads {
        Loads::Never => return (policy, required),
        Loads::InCaller => quote!(#krate::__private::in_caller(#policy)),
        Loads::InBatch => quote!(#krate::__private::in_batch(#policy)),
        Loads::InThread => quote!(#krate::__private::in_thread(#policy)),
        Loads::InBackground => {
            let times_out = plan.times_out().unwrap_or_else(|| quote!(true));
            quote!(#krate::__private::in_background(#policy, #times_out))
        }
    };
    let fits = plan.policy_blamed(fits);
    (fits, required)
}

impl Plan<'_> {
    /// Refuses a codec without names for a value without a schema: its own codec, or perhaps its strategy's.
    pub(crate) fn require_schema(&self) -> Option<TokenStream> {
        let (krate, value) = (&self.krate, &self.returns.value);
        // In a process nothing is encoded.
        if self.loads == Loads::InThread {
            return None;
        }
        let codec = self.settings.get("codec");
        if codec.map_or(matches!(self.host, Host::Inline(_)), |codec| !codec.is_positional()) {
            return None;
        }
        let policy = self.policy();
        Some(blamed(
            quote!(#krate::__private::require_schema(#policy, #krate::__private::has_schema!(#value))),
            value,
        ))
    }

    /// The strategy's policy with what this function says itself.
    fn policy(&self) -> TokenStream {
        let krate = &self.krate;
        let steps = self.settings.steps(krate);
        if let Host::Inline(inline) = &self.host {
            return policy(krate, inline.ttl, &self.settings);
        }
        let strategy = self.declared();
        let ttl = self.ttl.map(|ttl| quote!(.ttl(#krate::__private::millis(#ttl))));
        quote!(#strategy.policy #ttl #steps)
    }

    /// Seen by the compiler at the option that made it so, else at the function's name.
    fn policy_blamed(&self, policy: TokenStream) -> TokenStream {
        let option = ["load_timeout", "soft_load_timeout"].iter().find_map(|name| self.settings.on(name));
        match option {
            Some(option) => blamed(policy, proc_macro2::Ident::new(option.name, option.at)),
            None => blamed(policy, &self.function.sig.ident),
        }
    }

    /// Whether the error can tell of a load that took too long; `None`: an item can't say it, as the type has no name
    /// there.
    fn times_out(&self) -> Option<TokenStream> {
        let krate = &self.krate;
        match (&self.returns.error, &self.timeout_error) {
            (None, _) => Some(quote!(false)),
            (Some(_), Some(_)) => Some(quote!(true)),
            (Some(error), None) => {
                let error = self.without_self(error.clone());
                let nameable = self.is_nameable(&error);
                let error = tokens::replace_lifetimes(error, "static");
                nameable.then(|| quote!(#krate::__private::times_out!(#error)))
            }
        }
    }

    /// `Self::Error` as an item says it: `<PgRepo as Repo>::Error`.
    fn without_self(&self, ty: TokenStream) -> TokenStream {
        let Host::Block(block) = &self.host else { return ty };
        let ty = match &block.of {
            Some((path, types)) => tokens::qualify_self(ty, types, path),
            None => ty,
        };
        tokens::replace_self(ty, &block.self_ty.to_token_stream())
    }

    /// The same question inside the function, where an item could not ask it.
    pub(crate) fn asked_inside(&self) -> Option<TokenStream> {
        if self.loads != Loads::InBackground || self.times_out().is_some() {
            return None;
        }
        let (krate, policy, error) = (&self.krate, self.policy(), self.returns.error.as_ref()?);
        let fits = quote! {
            #krate::__private::in_background(#policy, #krate::__private::times_out!(#error))
        };
        let fits = self.policy_blamed(fits);
        Some(quote!(const { let _ = #fits; }))
    }
}
