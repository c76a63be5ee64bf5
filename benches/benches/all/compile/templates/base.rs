//! What there is without a cache: values, and a database that answers with them.

use serde::{Deserialize, Serialize};

#[derive(Debug)]
pub struct DbError;

#[derive(Clone)]
pub struct Db;
