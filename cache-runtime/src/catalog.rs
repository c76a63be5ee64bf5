//! Every declaration linked into the program, and whether two of them can meet.

use std::fmt;

use crate::declaration::{Declaration, KindName, Location, Segment, Strategy};
use crate::key::CharClass;
use crate::policy::Policy;
use crate::site::Site;

/// Sites that the linker has put into the program: those of an impl block, or one.
pub struct Registered(pub &'static [&'static Site]);

/// A strategy that the linker has put into the program.
pub struct RegisteredStrategy(pub &'static Strategy);

inventory::collect!(Registered);
inventory::collect!(RegisteredStrategy);

/// One declaration, as `CacheManager::catalog` lists it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CatalogEntry {
    /// The strategy's type; empty for a function that declares its namespace itself.
    pub strategy: &'static str,
    /// The method or function.
    pub name: &'static str,
    /// The first part of every key.
    pub namespace: &'static str,
    /// The version in every key.
    pub version: u32,
    /// The key's template, as it was written.
    pub template: &'static str,
    /// The templates of its tags, as they were written.
    pub tags: &'static [&'static str],
    /// The value's type, as it was written.
    pub value: &'static str,
    /// How cache and source are kept in step.
    pub kind: KindName,
    /// How long values are kept.
    pub policy: Policy,
    /// The first paragraph of the declaration's documentation, else of its strategy's.
    pub reason: &'static str,
    /// Where it stands.
    pub location: Location,
}

/// Two declarations that can render the same key, and so would read each other's values.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// One of them.
    pub one: CatalogEntry,
    /// The other.
    pub other: CatalogEntry,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Overlap { one, other } = self;
        write!(
            f,
            "`{}` ({}) and `{}` ({}) can render the same key in the namespace `{}`: tell them apart by a literal segment, \
             or by namespace or version",
            one.template, one.location, other.template, other.location, one.namespace
        )
    }
}

impl std::error::Error for Overlap {}

/// All sites, in the order of namespace, place and template.
pub(crate) fn sites() -> Vec<&'static Site> {
    let mut sites: Vec<&'static Site> =
        inventory::iter::<Registered>().flat_map(|registered| registered.0).copied().collect();
    sites.sort_by_key(|site| {
        let declaration = &site.declaration;
        (
            declaration.strategy.namespace,
            declaration.location.file,
            declaration.location.line,
            declaration.name,
        )
    });
    sites
}

/// All declarations, with the strategies that have no declared entries.
pub(crate) fn catalog() -> Vec<CatalogEntry> {
    let sites = sites();
    let mut entries: Vec<CatalogEntry> = sites.iter().map(|site| entry(&site.declaration)).collect();
    for strategy in inventory::iter::<RegisteredStrategy>().map(|registered| registered.0) {
        if sites.iter().all(|site| site.declaration.strategy.location != strategy.location) {
            entries.push(bare(strategy));
        }
    }
    entries.sort_by_key(|entry| (entry.namespace, entry.location.file, entry.location.line));
    entries
}

fn entry(declaration: &'static Declaration) -> CatalogEntry {
    let strategy = declaration.strategy;
    CatalogEntry {
        strategy: strategy.name,
        name: declaration.name,
        namespace: strategy.namespace,
        version: strategy.version,
        template: declaration.template,
        tags: declaration.tags,
        value: declaration.value,
        kind: strategy.kind,
        policy: declaration.policy,
        reason: if declaration.reason.is_empty() { strategy.reason } else { declaration.reason },
        location: declaration.location,
    }
}

/// A strategy whose keys are all dynamic.
fn bare(strategy: &'static Strategy) -> CatalogEntry {
    CatalogEntry {
        strategy: strategy.name,
        name: "",
        namespace: strategy.namespace,
        version: strategy.version,
        template: "",
        tags: &[],
        value: "",
        kind: strategy.kind,
        policy: strategy.policy,
        reason: strategy.reason,
        location: strategy.location,
    }
}

/// Finds two declarations that can render the same key.
pub(crate) fn verify() -> Result<(), Box<Overlap>> {
    let sites = sites();
    for (at, one) in sites.iter().enumerate() {
        for other in &sites[at + 1..] {
            if overlap(&one.declaration, &other.declaration) {
                return Err(Box::new(Overlap {
                    one: entry(&one.declaration),
                    other: entry(&other.declaration),
                }));
            }
        }
    }
    Ok(())
}

fn overlap(one: &Declaration, other: &Declaration) -> bool {
    let (one_segments, other_segments) = (segments(one), segments(other));
    one.strategy.prefix == other.strategy.prefix
        && one_segments.len() == other_segments.len()
        && one_segments.iter().zip(&other_segments).all(|(one, other)| segments_overlap(one, other))
}

/// The segments of the strategy's key fields, which can render as anything, and then the template's.
fn segments(declaration: &Declaration) -> Vec<Segment> {
    let fields = declaration.strategy.fields.iter().map(|_| Segment::Around("", CharClass::ANY, ""));
    fields.chain(declaration.segments.iter().copied()).collect()
}

/// Whether two segments can render the same text. Errs on the side of yes.
fn segments_overlap(one: &Segment, other: &Segment) -> bool {
    match (*one, *other) {
        (Segment::Text(one), Segment::Text(other)) => one == other,
        (Segment::Text(text), Segment::Around(prefix, class, suffix))
        | (Segment::Around(prefix, class, suffix), Segment::Text(text)) => {
            // What the placeholder would have to render as.
            let part = text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
            part.is_some_and(|part| class.matches(part))
        }
        (
            Segment::Around(prefix, class, suffix),
            Segment::Around(others_prefix, others_class, others_suffix),
        ) => {
            if (prefix, suffix) == (others_prefix, others_suffix) {
                return class.overlaps(others_class);
            }
            let meet = |one: &str, other: &str, start: fn(&str, &str) -> bool| {
                start(one, other) || start(other, one)
            };
            meet(prefix, others_prefix, |text, start| text.starts_with(start))
                && meet(suffix, others_suffix, |text, end| text.ends_with(end))
        }
    }
}
