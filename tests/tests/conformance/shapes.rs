//! Every return type that a cached function can have.

use std::sync::Arc;

use cache_runtime::prelude::*;
use cache_tests::Counter;

on_every_store! {
    async fn each_shape_is_loaded_once_and_then_hit(store: Store) {
        #[cache_strategy(namespace = "shapes", ttl = 60, kind = "cache_aside")]
        struct Shapes { cache: Cache, #[skip] loads: Counter }

        #[cache_strategy]
        impl Shapes {
            #[cached(key = "plain/<id>")]
            async fn plain(&self, id: u64) -> u64 { self.loads.next() + id }

            #[cached(key = "option/<id>")]
            async fn option(&self, id: u64) -> Option<u64> { (id > 0).then(|| self.loads.next() + id) }

            #[cached(key = "result/<id>")]
            async fn result(&self, id: u64) -> Result<u64, String> { Ok(self.loads.next() + id) }

            #[cached(key = "result_option/<id>")]
            async fn result_option(&self, id: u64) -> Result<Option<u64>, String> { Ok(Some(self.loads.next() + id)) }

            #[cached(key = "shared/<id>")]
            async fn shared(&self, id: u64) -> Arc<Vec<u64>> { Arc::new(vec![self.loads.next() + id]) }

            #[cached(key = "kept/<id>", none_ttl = 60)]
            async fn kept(&self, id: u64) -> Option<u64> { self.loads.next(); (id > 0).then_some(id) }
        }

        let shapes = Shapes { cache: store.one.clone(), loads: Counter::new() };
        for _ in 0..2 {
            assert_eq!(shapes.plain(10).await, 11);
            assert_eq!(shapes.option(10).await, Some(12));
            assert_eq!(shapes.result(10).await, Ok(13));
            assert_eq!(shapes.result_option(10).await, Ok(Some(14)));
            assert_eq!(*shapes.shared(10).await, [15]);
        }
        assert_eq!(shapes.loads.count(), 5);
        assert_eq!(shapes.option_entry(10).get().await, Some(12));
        assert_eq!(shapes.shared_entry(10).get().await.as_deref(), Some(&vec![15]));

        // `None` is an answer of this call alone, unless `none_ttl` keeps it.
        assert_eq!((shapes.option(0).await, shapes.option(0).await), (None, None));
        assert_eq!(shapes.option_entry(0).counts().fills, 1);
        for _ in 0..3 {
            assert_eq!((shapes.kept(0).await, shapes.kept(1).await), (None, Some(1)));
        }
        assert_eq!(shapes.loads.count(), 7);
    }
}

/// A debug build, such as this one, shows in memory what a server would do to a value.
#[cfg(debug_assertions)]
#[tokio::test]
async fn what_a_server_would_lose_is_lost_in_memory_too() {
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Lossy {
        kept: u8,
        #[serde(skip)]
        lost: u8,
    }

    #[cached(namespace = "lossy", key = "value/<id>", ttl = 60)]
    async fn lossy(id: u8) -> Lossy {
        Lossy { kept: id, lost: id }
    }

    assert_eq!(lossy(1).await, Lossy { kept: 1, lost: 1 });
    assert_eq!(lossy(1).await, Lossy { kept: 1, lost: 0 });
}

/// In memory an `Arc` is handed out as it is.
#[tokio::test]
async fn an_arc_is_not_cloned_deeply() {
    #[cached(namespace = "arcs", key = "list/<id>", ttl = 60)]
    async fn list(id: u64) -> Arc<Vec<u64>> {
        Arc::new(vec![id])
    }

    let (first, second) = (list(1).await, list(1).await);
    let third = list_entry(1).get().await.expect("a hit");
    assert!(Arc::ptr_eq(&second, &third));
    assert_eq!(first, third);
}
