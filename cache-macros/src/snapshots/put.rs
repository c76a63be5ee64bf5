pub async fn replace(
    &self,
    id: i64,
    messages: Vec<Message>,
) -> Result<Vec<Message>, DbError> {
    let __target = {
        let __argument0 = ::core::clone::Clone::clone(&(id));
        self.messages_entry(__argument0)
    };
    let __entry: ::cache_runtime::Entry<Vec<Message>, _> = __target;
    __entry
        .write(move || async move {
            #[allow(
                unreachable_code,
                unused_variables,
                clippy::all,
                clippy::pedantic,
                clippy::nursery
            )]
            if false {
                let __never: Result<Vec<Message>, DbError> = loop {};
                return __never;
            }
            { self.db.replace(id, messages).await }
        })
        .await
}
