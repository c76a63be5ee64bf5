//! Walks a type's shape into a hash.

use std::any::TypeId;

/// Is told what a type consists of, and hashes it.
///
/// Everything is written as text with brackets around it, so that two different shapes never give the same text.
pub struct SchemaVisitor {
    state: u64,
    /// The items that are open or done: a recursive type is told once.
    seen: Vec<TypeId>,
    /// Those that are open.
    open: Vec<TypeId>,
    /// Why the type does not go into bytes that hold values alone.
    unfit: Option<&'static str>,
    /// How much was told.
    told: usize,
}

/// Tells what is in something. No closure of a type of its own: what is done around it would be compiled with each of them.
type Inside = fn(&mut SchemaVisitor);

/// What serde can read back only where names stand with the values.
const NEED_NAMES: [&str; 5] = ["flatten", "skip_serializing", "skip_deserializing", "untagged", "tag"];
const NAMES: &str = "`flatten`, `skip_serializing…`, `skip_deserializing`, `untagged` and `tag` need the names that this codec leaves \
                     out; use `codec = \"msgpack\"`";
/// A few bytes would be as many calls on the stack.
const RECURSIVE: &str =
    "a recursive type can't be bounded in a codec without names; use `codec = \"msgpack\"`";
/// A few bytes would be as many elements as a number can say.
const EMPTY: &str = "it has parts of no bytes (`()`, an empty struct), of which there could be any number in a codec without \
                     names; use `codec = \"msgpack\"`";

impl SchemaVisitor {
    /// The hash, and why the type does not go into bytes that hold values alone.
    pub(super) fn visit(schema: Inside) -> (u64, Option<&'static str>) {
        let mut visitor =
            SchemaVisitor { state: FNV_OFFSET, seen: Vec::new(), open: Vec::new(), unfit: None, told: 0 };
        schema(&mut visitor);
        // 0 stands for "not derived".
        (visitor.state.max(1), visitor.unfit)
    }

    /// A struct or an enum: its name, its serde attributes, and what is in it.
    pub fn item<T: 'static>(&mut self, name: &str, attributes: &str, inside: Inside) {
        self.item_of(TypeId::of::<T>(), name, attributes, inside);
    }

    fn item_of(&mut self, item: TypeId, name: &str, attributes: &str, inside: Inside) {
        if let Some(place) = self.seen.iter().position(|seen| *seen == item) {
            if self.open.contains(&item) {
                self.unfit(RECURSIVE);
            }
            return self.group("again", &place.to_string(), "", |_| {});
        }
        self.seen.push(item);
        self.open.push(item);
        // Where a type stands in the program is left out: moving it changes nothing that is stored.
        let name = name.rsplit("::").next().unwrap_or(name);
        self.begin("item", name, attributes);
        let told = self.told;
        inside(self);
        self.end();
        self.open.pop();
        if self.told == told {
            self.unfit(EMPTY);
        }
    }

    /// A field and its type.
    pub fn field(&mut self, name: &str, attributes: &str, schema: Inside) {
        self.group("field", name, attributes, schema);
    }

    /// A field whose type can't tell its shape, and the version that its owner gives it.
    pub fn opaque_field(&mut self, name: &str, attributes: &str, written: &str, version: &str) {
        self.begin("field", name, attributes);
        self.group("opaque", written, version, |_| {});
        self.end();
    }

    /// A variant of an enum and its fields.
    pub fn variant(&mut self, name: &str, attributes: &str, fields: Inside) {
        self.group("variant", name, attributes, fields);
    }

    /// A type of the standard library or of a known crate, and the types in it.
    pub fn known(&mut self, name: &str, inside: Inside) {
        // The second is the length of an array.
        if matches!(name, "()" | "0") {
            self.unfit(EMPTY);
        }
        self.group("known", name, "", inside);
    }

    fn unfit(&mut self, why: &'static str) {
        self.unfit.get_or_insert(why);
    }

    fn group(&mut self, what: &str, name: &str, attributes: &str, inside: Inside) {
        self.begin(what, name, attributes);
        inside(self);
        self.end();
    }

    fn begin(&mut self, what: &str, name: &str, attributes: &str) {
        self.told += 1;
        if NEED_NAMES.iter().any(|attribute| attributes.contains(attribute)) {
            self.unfit(NAMES);
        }
        for text in [what, name, attributes] {
            self.text(text);
        }
    }

    fn end(&mut self) {
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
