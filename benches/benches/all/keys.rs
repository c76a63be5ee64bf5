//! A declared key comes with its entry: that is what a user gets.

use std::hint::black_box;

use cache_benches::run::each;
use cache_benches::{Contest, Goal, Profiles, Table, USER};
use cache_runtime::{Cache, Key};

const COUNT: u64 = 50_000;

pub(crate) fn run(table: &mut Table) {
    table.section("A key of 35 bytes");
    let profiles = Profiles::new(Cache::disabled());
    assert_eq!(profiles.profile_entry(USER).key().as_bytes().len(), 35);
    let by_hand = || {
        each(COUNT, || {
            for _ in 0..COUNT {
                black_box(format!(
                    "{}:v{}:user:{}:profile",
                    black_box("benchmark"),
                    black_box(1),
                    black_box(USER)
                ));
            }
        })
    };
    let declared = || {
        each(COUNT, || {
            for _ in 0..COUNT {
                let _ = black_box(profiles.profile_entry(black_box(USER)));
            }
        })
    };
    let dynamic = || {
        each(COUNT, || {
            for _ in 0..COUNT {
                black_box(Key::build(black_box("benchmark"), ("user", black_box(USER), "profile")));
            }
        })
    };
    let goal = [("`format!`", Goal::AtMost(0.5))];
    table.turns(
        "an entry with its key",
        &Contest::default().with("", declared).with("`format!`", by_hand).run(31),
        &goal,
    );
    table.turns(
        "`Key::build`",
        &Contest::default().with("", dynamic).with("`format!`", by_hand).run(31),
        &goal,
    );
}
