//! Inside `macro_rules!`: types, names, literals and bodies come in invisible groups.
#![deny(warnings)]
#![forbid(unsafe_code)]

use cache_runtime::prelude::*;

macro_rules! lookup {
    ($vis:vis $name:ident($id:ident: $ty:ty) -> $out:ty = $key:literal, $ttl:literal $body:block) => {
        #[cached(namespace = "r", key = $key, ttl = $ttl)]
        $vis async fn $name($id: $ty) -> $out $body
    };
}

lookup!(pub by_number(id: u64) -> u64 = "number/<id>", 60 { id + 1 });
lookup!(by_text(id: &str) -> Result<Option<usize>, std::fmt::Error> = "text/<id>", "1h" { Ok(Some(id.len())) });

macro_rules! strategy {
    ($strategy:ident, $namespace:literal, $($method:ident: $id:ty => $out:ty),*) => {
        #[cache_strategy(namespace = $namespace, ttl = 60)]
        struct $strategy {
            #[key]
            tenant: u8,
        }

        #[cache_strategy]
        impl $strategy {
            $(
                #[cached(key = "x/<id>")]
                async fn $method(&self, id: $id) -> $out {
                    <$out>::from(id) + <$out>::from(self.tenant)
                }
            )*
        }
    };
}

strategy!(Sums, "sums", sum: u32 => u64);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(by_number(1).await, 2);
    assert_eq!(by_number_entry(1).get().await, Some(2));
    assert_eq!(by_text("abc").await, Ok(Some(3)));
    assert_eq!(by_text_pattern(Any).to_string(), "r:v1:text:*");
    let sums = Sums { tenant: 1 };
    assert_eq!(sums.sum(1).await, 2);
    assert_eq!(sums.sum_entry(1).key().to_string(), "sums:v1:1:x:1");
}
