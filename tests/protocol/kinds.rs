//! Shards of every kind: in lists and maps, in pieces, independent, lazy, and beside their root.

use std::collections::BTreeMap;

use dyno::{DyObject, Error, ErrorKind, Key, Lazy, Shards};

use crate::mishap::When;
use crate::scenario::Scenario;
use crate::subject::Subject;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "IDX")]
pub(crate) struct Note {
    pub(crate) text: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "IDX")]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) count: u64,
    #[dyno(shard)]
    pub(crate) note: Option<Note>,
}

/// A list of shards that have shards.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "ID")]
pub(crate) struct Order {
    pub(crate) touched: u64,
    #[dyno(shard)]
    pub(crate) lines: Vec<Line>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Posts", key = "OWNER", sort = "PART")]
pub(crate) struct Post {
    pub(crate) text: String,
}

/// A list of shards in a table with a sort key.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Blogs", key = "ID")]
pub(crate) struct Blog {
    pub(crate) touched: u64,
    #[dyno(shard)]
    pub(crate) posts: Vec<Post>,
}

/// Maps of shards.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Atlases", key = "ID")]
pub(crate) struct Atlas {
    pub(crate) touched: u64,
    #[dyno(shard)]
    pub(crate) maps: BTreeMap<String, Note>,
    #[dyno(shard)]
    pub(crate) more: Option<BTreeMap<String, Note>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Counters", key = "IDX")]
pub(crate) struct Counter {
    pub(crate) visits: u64,
    pub(crate) last: Option<String>,
}

/// One shard of the snapshot, and an independent one.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Pages", key = "ID")]
pub(crate) struct Page {
    pub(crate) title: String,
    #[dyno(shard)]
    pub(crate) body: Note,
    #[dyno(shard, independent)]
    pub(crate) counter: Counter,
}

/// All in one partition of one table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Threads", key = "FORUM", sort = "THREAD")]
pub(crate) struct Thread {
    pub(crate) touched: u64,
    #[dyno(shard(table = "Threads"))]
    pub(crate) head: Note,
    #[dyno(shard(table = "Threads"))]
    pub(crate) posts: Vec<Post>,
}

/// Shards that are loaded when they are asked for.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
pub(crate) struct Album {
    pub(crate) title: String,
    #[dyno(shard)]
    pub(crate) cover: Lazy<Note>,
    #[dyno(shard)]
    pub(crate) photos: Lazy<Vec<Line>>,
}

/// A shard that is in pieces whatever its size.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Archives", key = "ID")]
pub(crate) struct Archive {
    pub(crate) touched: u64,
    #[dyno(shard, chunked)]
    pub(crate) content: Note,
}

/// A shard that is in pieces when it is large.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Files", key = "ID")]
pub(crate) struct File {
    pub(crate) touched: u64,
    #[dyno(shard)]
    pub(crate) content: Option<Note>,
}

fn note(text: impl Into<String>) -> Note {
    Note { text: text.into() }
}

fn line(product: &str) -> Line {
    Line {
        product: product.into(),
        count: 1,
        note: None,
    }
}

fn posts<const N: usize>(texts: [&str; N]) -> Vec<Post> {
    let post = |text: &str| Post { text: text.into() };
    texts.map(post).into()
}

fn notes<const N: usize>(texts: [&str; N]) -> BTreeMap<String, Note> {
    texts.map(|text| (text.to_owned(), note(text))).into()
}

impl Subject for Order {
    fn sample() -> Self {
        let mut lines = ["a", "b", "c"].map(line);
        lines[1].note = Some(note("fragile"));
        Self {
            touched: 0,
            lines: lines.into(),
        }
    }

    fn touch(&mut self) {
        self.touched += 1;
        self.lines.push(line("touched"));
    }
}

impl Subject for Blog {
    fn sample() -> Self {
        Self {
            touched: 0,
            posts: posts(["a", "b", "c"]),
        }
    }

    fn touch(&mut self) {
        self.touched += 1;
        self.posts.truncate(1);
    }
}

impl Subject for Atlas {
    fn sample() -> Self {
        Self {
            touched: 0,
            maps: notes(["a/b", "c"]),
            more: Some(BTreeMap::new()),
        }
    }

    fn touch(&mut self) {
        self.touched += 1;
        self.maps.insert("touched".into(), note("touched"));
    }
}

impl Subject for Page {
    fn sample() -> Self {
        Self {
            title: "t".into(),
            body: note("b"),
            counter: Counter {
                visits: 1,
                last: Some("me".into()),
            },
        }
    }

    fn touch(&mut self) {
        self.title.push('!');
        self.counter.visits += 10;
    }
}

impl Subject for Thread {
    fn sample() -> Self {
        Self {
            touched: 0,
            head: note("h"),
            posts: posts(["a", "b"]),
        }
    }

    fn touch(&mut self) {
        self.touched += 1;
        self.head.text.push('!');
        self.posts.reverse();
    }

    fn key() -> Key {
        Key::from(("k", "t"))
    }
}

impl Subject for Album {
    fn sample() -> Self {
        Self {
            title: "Nara".into(),
            cover: Lazy::new(note("deer")),
            photos: Lazy::new(vec![line("a"), line("b")]),
        }
    }

    fn touch(&mut self) {
        self.title.push('!');
        self.cover.set(note(format!("cover of {}", self.title)));
    }
}

impl Subject for Archive {
    fn sample() -> Self {
        Self {
            touched: 0,
            content: note("small"),
        }
    }

    fn touch(&mut self) {
        self.touched += 1;
        self.content.text.push('!');
    }
}

impl Subject for File {
    fn sample() -> Self {
        file(10)
    }

    fn touch(&mut self) {
        self.touched += 1;
    }
}

/// A file of so many bytes that do not compress well.
fn file(bytes: usize) -> File {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from(state >> 24).unwrap() % 26)
    };
    let text: String = (0..bytes).map(|_| next()).collect();
    File {
        touched: 0,
        content: Some(note(text)),
    }
}

/// What is done to a list of shards.
pub(crate) fn orders() -> Vec<Scenario<Order>> {
    let full = Order::sample();
    let mut other = full.clone();
    other.lines = vec![line("x"), line("y")];
    let empty = Order {
        touched: 0,
        lines: Vec::new(),
    };
    let mut all = Scenario::basics(&full, &other);
    all.extend([
        Scenario::inserts("is inserted empty", empty.clone()),
        Scenario::deletes("is deleted empty", Some(empty.clone())),
        Scenario::changes("gets its first entry", empty, |order| {
            order.lines.push(line("first"));
        }),
        Scenario::changes("gets an entry in front", full.clone(), |order| {
            order.lines.insert(0, line("new"));
        }),
        Scenario::changes("loses an entry with a shard", full.clone(), |order| {
            order.lines.remove(1);
        }),
        Scenario::changes("is reordered", full.clone(), |order| order.lines.reverse()),
        Scenario::changes("changes an entry", full.clone(), |order| {
            order.lines[2].count = 7;
        }),
        Scenario::changes("changes a shard of an entry", full.clone(), |order| {
            order.lines[1].note = Some(note("heavy"));
        }),
        Scenario::changes("gains a shard in an entry", full.clone(), |order| {
            order.lines[0].note = Some(note("new"));
        }),
        Scenario::changes(
            "is reordered, and entries change, come and go",
            full.clone(),
            |order| {
                order.lines.rotate_left(1);
                order.lines[0].count = 9;
                order.lines.pop();
                order.lines.push(line("last"));
                order.lines.push(line("last"));
            },
        )
        .paired(),
        Scenario::changes("is emptied", full.clone(), |order| order.lines.clear()),
        Scenario::writes_path(full.clone(), "lines[1].count", 5, |order, count| {
            order.lines[1].count = count;
        }),
        Scenario::writes_path(
            full.clone(),
            "lines[1].note.text",
            "p".to_owned(),
            |order, text| order.lines[1].note = Some(note(text)),
        )
        .paired(),
        Scenario::writes_path(full, "lines", vec![line("b")], |order, lines| {
            order.lines = lines;
        }),
    ]);
    all
}

/// What is done to a list of shards in a table with a sort key.
pub(crate) fn blogs() -> Vec<Scenario<Blog>> {
    let full = Blog::sample();
    let mut other = full.clone();
    other.posts = posts(["x"]);
    let mut all = Scenario::basics(&full, &other);
    all.extend([
        Scenario::changes("gets an entry in front", full.clone(), |blog| {
            blog.posts.insert(0, posts(["new"])[0].clone());
        }),
        Scenario::changes("loses an entry", full.clone(), |blog| {
            blog.posts.remove(1);
        })
        .paired(),
        Scenario::changes("is reordered and changed", full.clone(), |blog| {
            blog.posts.reverse();
            blog.posts[0].text.push('!');
        }),
        Scenario::changes("is emptied", full.clone(), |blog| blog.posts.clear()),
        Scenario::writes_path(full, "posts[2].text", "p".to_owned(), |blog, text| {
            blog.posts[2].text = text;
        }),
    ]);
    all
}

/// What is done to maps of shards.
pub(crate) fn atlases() -> Vec<Scenario<Atlas>> {
    let full = Atlas::sample();
    let mut other = full.clone();
    other.maps = notes(["c", "d"]);
    other.more = None;
    let mut all = Scenario::basics(&full, &other);
    all.extend([
        Scenario::changes("gets an entry", full.clone(), |atlas| {
            atlas.maps.insert(String::new(), note("new"));
        }),
        Scenario::changes("loses an entry", full.clone(), |atlas| {
            atlas.maps.remove("a/b");
        }),
        Scenario::changes("changes entries of both maps", full.clone(), |atlas| {
            atlas.maps.insert("c".into(), note("changed"));
            atlas.maps.remove("a/b");
            atlas.more = Some(notes(["m"]));
        })
        .paired(),
        Scenario::changes("loses a map", full.clone(), |atlas| atlas.more = None),
        Scenario::writes_path(
            full.clone(),
            "maps.c.text",
            "p".to_owned(),
            |atlas, text| {
                atlas.maps.insert("c".into(), note(text));
            },
        ),
        Scenario::writes_path(full, "maps", notes(["c", "d"]), |atlas, maps| {
            atlas.maps = maps;
        }),
    ]);
    all
}

/// What is done to an object with an independent shard.
pub(crate) fn pages() -> Vec<Scenario<Page>> {
    let full = Page::sample();
    let mut other = full.clone();
    other.touch();
    other.body = note("other");
    let mut all = Scenario::basics(&full, &other);
    all.extend([
        Scenario::changes("changes its independent shard", full.clone(), |page| {
            page.counter.visits = 2;
            page.counter.last = None;
        })
        .paired(),
        Scenario::changes("changes all but that", full.clone(), |page| {
            page.title.clear();
            page.body = note("new");
        }),
        Scenario::changes("changes everything", full, |page| {
            page.title = "new".into();
            page.body = note("new");
            page.counter.visits = 3;
        })
        .paired(),
        // A copy that arrives after another write is applied again, a known defect.
        counts_by_path().spared(|mishap| mishap.late() == Some(When::AnotherSave)),
    ]);
    all
}

/// A path in an independent shard is written.
pub(crate) fn counts_by_path() -> Scenario<Page> {
    Scenario::writes_path(Page::sample(), "counter.visits", 5, |page, visits| {
        page.counter.visits = visits;
    })
}

/// What is done to shards beside their root.
pub(crate) fn threads() -> Vec<Scenario<Thread>> {
    let full = Thread::sample();
    let mut other = full.clone();
    other.head = note("other");
    other.posts = posts(["x", "y", "z"]);
    let mut all = Scenario::basics(&full, &other);
    all.extend([
        Scenario::changes("changes both shards", full.clone(), |thread| {
            thread.head = note("new");
            thread.posts.remove(0);
            thread.posts.extend(posts(["new"]));
        })
        .paired(),
        Scenario::writes_path(full.clone(), "head.text", "p".to_owned(), |thread, text| {
            thread.head = note(text);
        }),
        Scenario::writes_path(full, "posts[1].text", "p".to_owned(), |thread, text| {
            thread.posts[1].text = text;
        }),
    ]);
    all
}

/// What is done to lazy shards.
pub(crate) fn albums() -> Vec<Scenario<Album>> {
    let full = Album::sample();
    let mut other = full.clone();
    other.touch();
    other.photos = Lazy::new(vec![line("x")]);
    let mut retitled = full.clone();
    retitled.title = "Kyoto".into();
    let mut covered = full.clone();
    covered.cover = Lazy::new(note("temple"));
    let mut rearranged = covered.clone();
    rearranged.photos = Lazy::new(vec![line("c"), line("b")]);
    let key = Album::key;
    let mut all = Scenario::basics(&full, &other);
    all.extend([
        Scenario::does(
            "is saved with nothing loaded",
            full.clone(),
            retitled,
            move |store| async move {
                let mut saved = store.load::<Album>(key()).await?;
                saved.title = "Kyoto".into();
                saved.save().await
            },
        ),
        Scenario::does(
            "is saved with one shard loaded",
            full.clone(),
            covered.clone(),
            move |store| async move {
                let mut saved = store.load::<Album>(key()).await?;
                saved.cover.get_mut().await?.text = "temple".into();
                saved.save().await
            },
        )
        .paired(),
        Scenario::does(
            "is saved with all loaded",
            full.clone(),
            rearranged,
            move |store| async move {
                let mut saved = store.load::<Album>(key()).await?;
                saved.cover.set(note("temple"));
                *saved.photos.get_mut().await? = vec![line("c"), line("b")];
                saved.save().await
            },
        ),
        Scenario::does(
            "moves before it is asked for",
            full.clone(),
            covered,
            move |store| async move {
                let early = store.load::<Album>(key()).await?;
                let mut saved = store.load::<Album>(key()).shards(Shards::All).await?;
                saved.cover.set(note("temple"));
                saved.save().await?;
                match early.cover.get().await {
                    Err(error) if error.kind() == ErrorKind::SnapshotMoved => Ok(()),
                    Err(error) => Err(error),
                    Ok(_) => Err(Error::from(dyno::ValueError::custom("it did not move"))),
                }
            },
        ),
        Scenario::writes_path(full, "cover.text", "p".to_owned(), |album, text| {
            album.cover = Lazy::new(note(text));
        }),
    ]);
    all
}

/// What is done to a shard in pieces.
pub(crate) fn archives() -> Vec<Scenario<Archive>> {
    let full = Archive::sample();
    let mut other = full.clone();
    other.touch();
    let mut all: Vec<_> = Scenario::basics(&full, &other)
        .into_iter()
        // A delete without reading is refused because there are pieces, also when it was sent twice.
        .map(Scenario::perhaps_unknown)
        .collect();
    all.extend([
        Scenario::changes("changes", full.clone(), |archive| {
            archive.content = note("new");
        })
        .paired(),
        Scenario::writes_path(full, "content.text", "p".to_owned(), |archive, text| {
            archive.content = note(text);
        })
        .perhaps_unknown(),
    ]);
    all
}

/// What is done to a shard that comes to be in pieces, and ceases to be.
pub(crate) fn files() -> Vec<Scenario<File>> {
    let [small, two, three] = [10, 420_000, 720_000].map(file);
    let becomes = |name: &str, before: &File, after: &File| {
        let content = after.content.clone();
        Scenario::changes(name, before.clone(), move |file| {
            file.content.clone_from(&content);
        })
    };
    let none = File {
        touched: 0,
        content: None,
    };
    let all = vec![
        becomes("grows to two pieces", &small, &two),
        becomes("grows to three pieces", &two, &three),
        becomes("shrinks to two pieces", &three, &two),
        becomes("shrinks to one item", &two, &small),
        becomes("loses all pieces", &two, &none),
        Scenario::puts("replaces two pieces", Some(two.clone()), small.clone()),
        Scenario::puts("replaces by two pieces", Some(small), two.clone()),
        Scenario::deletes("is deleted in two pieces", Some(two)).perhaps_unknown(),
    ];
    all.into_iter().map(Scenario::large).collect()
}
