//! One step at one key, before it is known which server takes it.

use super::scripts::Script;

#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) key: &'a [u8],
    pub(super) what: What<'a>,
}

#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Get,
    Script(Script, &'a [&'a [u8]]),
}

impl<'a> Call<'a> {
    pub(super) fn get(key: &'a [u8]) -> Call<'a> {
        Call { key, what: What::Get }
    }

    pub(super) fn script(script: Script, key: &'a [u8], arguments: &'a [&'a [u8]]) -> Call<'a> {
        Call { key, what: What::Script(script, arguments) }
    }
}
