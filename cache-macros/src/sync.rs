//! Rules for functions that are not async, each with the user's code that breaks it.

use crate::args::Args;
use crate::error::{self, Errors};
use crate::function::Function;
use crate::settings::Settings;

/// What is about a server's values, where none are on a server.
const ON_SERVERS: [&str; 5] = ["codec", "compress", "compress_above", "near", "near_ttl"];

impl Function {
    /// Has it a body that runs in its caller's thread?
    pub(crate) fn is_sync(&self) -> bool {
        self.body.is_some() && self.sig.asyncness.is_none()
    }
}

/// `detached`, `tags("all")`, `codec = "postcard"`, `near` on `fn user(id: i64) -> User { … }`.
pub(crate) fn options(args: &Args, errors: &mut Errors) {
    for setting in Settings::in_task().filter_map(|name| args.settings.on(name)) {
        errors.span(setting.at, error::sync_background(setting.name));
    }
    if let Some(span) = args.background {
        errors.span(span, error::sync_background("background"));
    }
    if let Some((span, _)) =
        args.timeout_error.as_ref().filter(|_| args.settings.on("load_timeout").is_none())
    {
        errors.span(*span, error::sync_background("timeout_error"));
    }
    for setting in ON_SERVERS.iter().filter_map(|name| args.settings.get(name)) {
        errors.span(setting.at, error::sync_on_servers(setting.name));
    }
    if let Some(tag) = args.tags.first() {
        errors.at(tag, error::sync_tags());
    }
}
