//! Walks a type's shape into a hash.

use std::any::TypeId;

use super::CacheValue;

/// Is told what a type consists of, and hashes it.
///
/// Everything is written as text with brackets around it, so that two different shapes never give the same text.
pub struct SchemaVisitor {
    state: u64,
    /// The items that are open or done: a recursive type is told once.
    seen: Vec<TypeId>,
}

impl SchemaVisitor {
    pub(super) fn hash_of<V: CacheValue>() -> u64 {
        let mut visitor = SchemaVisitor { state: FNV_OFFSET, seen: Vec::new() };
        V::schema(&mut visitor);
        // 0 stands for "not derived".
        visitor.state.max(1)
    }

    /// A struct or an enum: its name, its serde attributes, and what is in it.
    pub fn item<T: 'static>(&mut self, name: &str, attributes: &str, inside: impl FnOnce(&mut Self)) {
        if let Some(place) = self.seen.iter().position(|seen| *seen == TypeId::of::<T>()) {
            return self.group("again", &place.to_string(), "", |_| {});
        }
        self.seen.push(TypeId::of::<T>());
        // Where a type stands in the program is left out: moving it changes nothing that is stored.
        let name = name.rsplit("::").next().unwrap_or(name);
        self.group("item", name, attributes, inside);
    }

    /// A field and its type.
    pub fn field(&mut self, name: &str, attributes: &str, schema: impl FnOnce(&mut Self)) {
        self.group("field", name, attributes, schema);
    }

    /// A field whose type can't tell its shape, and the version that its owner gives it.
    pub fn opaque_field(&mut self, name: &str, attributes: &str, written: &str, version: &str) {
        self.group("field", name, attributes, |visitor| visitor.group("opaque", written, version, |_| {}));
    }

    /// A variant of an enum and its fields.
    pub fn variant(&mut self, name: &str, attributes: &str, fields: impl FnOnce(&mut Self)) {
        self.group("variant", name, attributes, fields);
    }

    /// A type of the standard library or of a known crate, and the types in it.
    pub fn known(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.group("known", name, "", inside);
    }

    fn group(&mut self, what: &str, name: &str, attributes: &str, inside: impl FnOnce(&mut Self)) {
        for text in [what, name, attributes] {
            self.text(text);
        }
        inside(self);
        self.bytes(b"\xfe");
    }

    /// Text ends in a byte that no UTF-8 contains.
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(b"\xff");
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.state = fnv(self.state, bytes);
    }
}

pub(super) fn hash(text: &str) -> u64 {
    fnv(FNV_OFFSET, text.as_bytes())
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, 64 bits (draft-eastlake-fnv): the same on every machine and in every release, as it is stored.
fn fnv(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
