use redis::AsyncCommands as _;
use redis::aio::MultiplexedConnection;

use crate::values::*;

pub struct Strategy_STRATEGY_ {
    pub connection: MultiplexedConnection,
    pub db: Db,
}

impl Strategy_STRATEGY_ {
//each
    pub async fn one__FUNCTION_(&self, id: i64) -> Result<Value_STRATEGY_, DbError> {
        let key = format!("strategy_STRATEGY_:v1:value:{id}:one__FUNCTION_");
        let mut connection = self.connection.clone();
        match connection.get::<_, Option<Vec<u8>>>(&key).await {
            Ok(Some(json)) => match serde_json::from_slice(&json) {
                Ok(value) => return Ok(value),
                Err(why) => eprintln!("{key} can't be decoded: {why}"),
            },
            Ok(None) => {}
            Err(why) => eprintln!("{key} can't be read: {why}"),
        }
        let value = self.db.one__STRATEGY_(id).await?;
        match serde_json::to_vec(&value) {
            Ok(json) => {
                if let Err(why) = connection.set_ex::<_, _, ()>(&key, json, 3600).await {
                    eprintln!("{key} can't be stored: {why}");
                }
            }
            Err(why) => eprintln!("{key} can't be encoded: {why}"),
        }
        Ok(value)
    }

    pub async fn page__FUNCTION_(&self, id: i64, page: u32) -> Result<Vec<Value_STRATEGY_>, DbError> {
        let key = format!("strategy_STRATEGY_:v1:value:{id}:page__FUNCTION_:{page}");
        let mut connection = self.connection.clone();
        match connection.get::<_, Option<Vec<u8>>>(&key).await {
            Ok(Some(json)) => match serde_json::from_slice(&json) {
                Ok(value) => return Ok(value),
                Err(why) => eprintln!("{key} can't be decoded: {why}"),
            },
            Ok(None) => {}
            Err(why) => eprintln!("{key} can't be read: {why}"),
        }
        let value = self.db.page__STRATEGY_(id, page).await?;
        match serde_json::to_vec(&value) {
            Ok(json) => {
                if let Err(why) = connection.set_ex::<_, _, ()>(&key, json, 3600).await {
                    eprintln!("{key} can't be stored: {why}");
                }
            }
            Err(why) => eprintln!("{key} can't be encoded: {why}"),
        }
        Ok(value)
    }
//end
}
