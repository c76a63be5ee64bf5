//! Words about functions, values and strategies.

pub(crate) fn not_a_function(attribute: &str) -> String {
    format!("`#[{attribute}]` stands on a function or on a method")
}

pub(crate) fn method_outside() -> String {
    "put `#[cache_strategy]` above the impl block: a macro on a method can't see its type".to_owned()
}

pub(crate) fn self_type_outside() -> String {
    "`Self` tells that this is in an impl block; put `#[cache_strategy]` above that, and take `&self`"
        .to_owned()
}

pub(crate) fn by_value_receiver() -> String {
    "a cached method takes `&self`".to_owned()
}

pub(crate) fn no_receiver(name: &str) -> String {
    format!("`{name}` takes no `&self`; add it, or make it a free function with `strategy = …`")
}

pub(crate) fn not_async(name: &str, attribute: &str) -> String {
    format!("`#[{attribute}]` works on `async` functions; write `async fn {name}`")
}

pub(crate) fn async_trait_order() -> String {
    "put `#[cache_strategy]` above `#[async_trait]`: here the method is rewritten already".to_owned()
}

pub(crate) fn bodyless_async() -> String {
    "a function without a body loads nothing: remove `async`, or write the body that loads".to_owned()
}

pub(crate) fn bodyless_return() -> String {
    "a function without a body gives an entry: write `-> Entry<V>` with the value's type".to_owned()
}

pub(crate) fn entry_kind() -> String {
    "the entry's kind follows from the strategy: write `Entry<V>` alone".to_owned()
}

pub(crate) fn bodyless_skip(name: &str) -> String {
    format!("`{name}` is skipped, and there is no body that could use it; remove the parameter")
}

pub(crate) fn no_body(attribute: &str) -> String {
    format!("`#[{attribute}]` needs a body: what is done to the source")
}

pub(crate) fn modifier(modifier: &str) -> String {
    format!("a cached function can't be `{modifier}`; remove it, and cache a function that calls this one")
}

pub(crate) fn two_annotations(first: &str, second: &str) -> String {
    format!(
        "`#[{first}]` and `#[{second}]` don't go together: one reads, the other changes; use two functions"
    )
}

pub(crate) fn repeated(attribute: &str) -> String {
    format!("`#[{attribute}]` stands here twice; keep one of them")
}

pub(crate) fn nothing_to_cache() -> String {
    "this function returns nothing that could be cached; return the value".to_owned()
}

pub(crate) fn nested_value(inner: &str, in_option: bool) -> String {
    match (inner, in_option) {
        ("Result", true) => {
            "an `Err` inside an `Option` would be cached; turn it round: `Result<Option<V>, E>`".to_owned()
        }
        ("Option", true) => {
            "an `Option` inside an `Option` can't be told apart in the cache; use an enum".to_owned()
        }
        _ => "a `Result` inside a `Result` would be cached with its error; flatten it: `Result<V, E>`"
            .to_owned(),
    }
}

pub(crate) fn no_alias(option: &str, of: &str) -> String {
    format!("this is no `{of}`, and `{option}` says that it is an alias of one: remove `{option}`")
}

pub(crate) fn unnamed_value() -> String {
    "a cached value needs a type with a name; write it out".to_owned()
}

pub(crate) fn borrowed_value(is_reference: bool) -> String {
    let instead = if is_reference {
        "return an owned value, such as `String` or `Arc<T>`"
    } else {
        "return a type without lifetimes"
    };
    format!("a cached value outlives the call, so it can't borrow; {instead}")
}

pub(crate) fn none_ttl_without_option() -> String {
    "`none_ttl` is how long the answer `None` is kept; this function never returns it: remove `none_ttl`, or return an `Option`".to_owned()
}

pub(crate) fn share_error_without_result() -> String {
    "`share_error` copies an error for callers that waited; this function returns no `Result`: remove it"
        .to_owned()
}

pub(crate) fn alias_without_body(option: &str) -> String {
    format!("`{option}` tells what a loader returns; without a body there is none: remove it")
}

pub(crate) fn not_a_strategy() -> String {
    "`#[cache_strategy]` stands on a struct, and on an impl block of that struct".to_owned()
}

pub(crate) fn tuple_strategy() -> String {
    "a strategy's fields need names, to be marked `#[key]` or `#[skip]`; write `struct Name { field: Type }`"
        .to_owned()
}

pub(crate) fn unmarked_field(name: &str) -> String {
    format!(
        "`{name}` is neither `#[key]` nor `#[skip]`: write `#[key]` if it changes what is cached (a tenant, a \
         language), `#[skip]` if it doesn't (a connection)"
    )
}

pub(crate) fn held_cache(name: &str) -> String {
    format!(
        "`{name}` is no `Cache` itself: write `{name}: Cache`, which is cheap to clone; with `#[skip]` the entries would be in the \
         installed cache"
    )
}

pub(crate) fn key_and_skip(name: &str) -> String {
    format!("`{name}` is `#[key]` and `#[skip]`; remove one of the two")
}

pub(crate) fn keyed_cache(name: &str) -> String {
    format!("`{name}` is where the entries are kept, it can't be in their keys; remove `#[key]`")
}

pub(crate) fn second_cache(first: &str) -> String {
    format!("the entries are kept in `{first}` already; mark one of the two `#[skip]`")
}

pub(crate) fn marker_arguments(marker: &str) -> String {
    format!("`#[{marker}]` takes nothing")
}

pub(crate) fn unnamed_self_type() -> String {
    "a strategy's impl block is for a named type".to_owned()
}

pub(crate) fn unconstrained(name: &str) -> String {
    format!(
        "`{name}` is a parameter of the trait alone; the companions of a cached method need it in the type"
    )
}

pub(crate) fn expected_body() -> String {
    "expected the function's body, or a `;` where there is none".to_owned()
}
