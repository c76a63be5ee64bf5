
#[derive(Clone, Debug, Serialize, Deserialize)] //CacheValue
pub struct Value_STRATEGY_ {
    pub id: i64,
    pub name: String,
    pub tags: Vec<String>,
    pub parent: Option<i64>,
}

impl Db {
    pub async fn one__STRATEGY_(&self, id: i64) -> Result<Value_STRATEGY_, DbError> {
        Ok(Value_STRATEGY_ { id, name: "a value".to_owned(), tags: Vec::new(), parent: None })
    }

    pub async fn page__STRATEGY_(&self, id: i64, page: u32) -> Result<Vec<Value_STRATEGY_>, DbError> {
        Ok(vec![self.one__STRATEGY_(id + i64::from(page)).await?])
    }
}
