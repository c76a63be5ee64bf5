//! Newtypes, structs, enums, generics, a field left out by name.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

#[derive(CacheKey)]
struct Id(u64);

#[derive(CacheKey)]
struct Slug {
    text: String,
}

#[derive(CacheKey)]
struct Place<'a, T: Copy> {
    country: &'a str,
    cell: T,
    #[cache(skip)]
    note: Vec<f64>,
}

#[derive(CacheKey)]
enum Filter<T> {
    All,
    By(T),
    Range { from: u8, to: u8 },
}

#[derive(CacheKey)]
struct Traced(Id, #[cache(skip)] f32);

/// Of what, says its type alone.
#[derive(CacheKey)]
struct Typed<T, U = u8>(U, #[cache(skip)] std::marker::PhantomData<T>);

/// No key part.
struct User;

fn key(part: impl CacheKey) -> String {
    Key::build("k", (part,)).to_string()
}

fn main() {
    assert_eq!(key(Id(7)), "k:v1:7");
    assert_eq!(Id::CLASS, u64::CLASS);
    assert_eq!(key(Traced(Id(7), 1.0)), "k:v1:7");
    assert_eq!(key(Typed::<User>(7, std::marker::PhantomData)), "k:v1:7");
    assert_eq!(key(Slug { text: "a:b".into() }), "k:v1:a%3Ab");
    let place = Place { country: "se", cell: 3_u8, note: vec![] };
    assert_eq!(key(&place), "k:v1:(se,3)");
    assert!(place.note.is_empty());
    assert_eq!(key(Filter::<u8>::All), "k:v1:All");
    assert_eq!(key(Filter::By("x")), "k:v1:By(x)");
    assert_eq!(key(Filter::<u8>::Range { from: 1, to: 2 }), "k:v1:Range(1,2)");
    assert_ne!(key(Filter::By("x,y")), key(Filter::By(("x", "y"))));
}
