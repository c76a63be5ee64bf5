//! A hit that this thread has had before: asked for without the key, out of the near cache or the embedded store.

use crate::cache::Cache;
use crate::call::Entries;
use crate::key::{Brief, Question};
use crate::read_embedded::embedded;
use crate::site::Site;
use crate::value::{Form, Kept};

impl Entries<'_> {
    /// How the entry is asked for without its key, if all that fills it is in `brief`. Tags have keys of their own.
    #[inline]
    pub(crate) fn question(&self, brief: Brief) -> Option<Question> {
        let declaration = &self.site.declaration;
        let in_brief = declaration.strategy.fields.is_empty() && declaration.tags.is_empty();
        brief.asked_by(std::ptr::from_ref(self.site).addr()).filter(|_| in_brief)
    }

    /// The value that this thread has found under the same question before, counted, if it is as good as it was.
    #[inline]
    pub(crate) fn again<V: Clone + 'static>(&self, brief: Brief) -> Option<V> {
        let (question, form) = (self.question(brief)?, self.schema.form);
        let Some(near) = self.near(&self.site.declaration.policy) else {
            let [first, second] = question.numbers;
            let value = Form::give_own(form, embedded_again(self.site, self.cache, first, second)?)?;
            self.site.counters.hits().one();
            return Some(value);
        };
        // What is no `Arc` is cloned where it lies, in the map: there nobody writes a count that others wait for.
        let value = near.again(question, form?)?;
        self.site.counters.near_hits().one();
        Some(value)
    }
}

/// The same in the embedded store. Compiled once, and a call, so that a near hit has nothing of it; with what it needs alone, each in a
/// register: a processor that reads at once from memory what it has just written there in pieces waits.
#[inline(never)]
fn embedded_again(site: &Site, cache: &Cache, first: u64, second: u64) -> Option<Kept> {
    let question = Question { site: std::ptr::from_ref(site).addr(), numbers: [first, second] };
    embedded(cache, &site.declaration.policy)?.again(question)
}
