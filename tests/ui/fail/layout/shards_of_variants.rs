use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Bodies", key = "IDX")]
struct Body {
    text: String,
}

#[derive(DyObject)]
#[dyno(table = "Events", key = "ID")]
enum Event {
    Sent {
        #[dyno(shard)]
        body: Body,
    },
    Received {
        #[dyno(shard)]
        body: Body,
    },
}

fn main() {}
