use cache_runtime::prelude::*;

use crate::values::*;

#[cache_strategy(namespace = "strategy_STRATEGY_", ttl = "1h")]
pub struct Strategy_STRATEGY_ {
    pub cache: Cache,
    #[skip]
    pub db: Db,
}

#[cache_strategy]
impl Strategy_STRATEGY_ {
//each
    #[cached(key = "value/<id>/one__FUNCTION_")]
    pub async fn one__FUNCTION_(&self, id: i64) -> Result<Value_STRATEGY_, DbError> {
        self.db.one__STRATEGY_(id).await
    }

    #[cached(key = "value/<id>/page__FUNCTION_/<page>")]
    pub async fn page__FUNCTION_(&self, id: i64, page: u32) -> Result<Vec<Value_STRATEGY_>, DbError> {
        self.db.page__STRATEGY_(id, page).await
    }
//end
}
