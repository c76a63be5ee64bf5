use cache_benches::Table;
pub(crate) fn run(_: &mut Table) {}
