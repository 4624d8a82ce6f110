use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "_dy_key")]
struct User {
    _dy_type: String,
    #[dyno(rename = "_dy_etag")]
    etag: String,
    #[dyno(alias = "_dy_seq")]
    sequence: u64,
}

#[derive(DyObject)]
#[dyno(table = "Events")]
struct Event {
    #[dyno(key)]
    _dy_id: String,
}

fn main() {}
