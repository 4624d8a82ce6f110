//! Shards of every kind inside each other.

use std::collections::{BTreeMap, HashMap};

use dyno::{DyObject, Lazy, Shards};

use super::fixture::{Line, Note, line, note, setup};

/// A type that contains itself through a list.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Nodes", key = "IDX")]
struct Node {
    name: String,
    #[dyno(shard)]
    children: Vec<Self>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Trees", key = "ID")]
struct Tree {
    #[dyno(shard)]
    top: Node,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shapes", key = "OWNER", sort = "PART")]
enum Shape {
    Circle {
        radius: u32,
    },
    Group {
        #[dyno(shard)]
        parts: Vec<Line>,
    },
}

/// Embedded, without a table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[expect(clippy::box_collection, reason = "what a shard field may be")]
struct Inner {
    #[dyno(shard)]
    notes: Option<Box<Vec<Note>>>,
    plain: Vec<u32>,
}

/// Beside the fields of the object around it.
#[derive(DyObject, Clone, Debug, PartialEq)]
struct Flat {
    #[dyno(shard)]
    shapes: HashMap<String, Shape>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Chapters", key = "IDX")]
struct Chapter {
    title: String,
    #[dyno(shard)]
    text: Lazy<Note>,
    #[dyno(shard)]
    notes: BTreeMap<String, Note>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Everything", key = "ID")]
struct Everything {
    inner: Inner,
    #[dyno(flatten)]
    flat: Flat,
    #[dyno(shard)]
    list: Vec<Shape>,
    #[dyno(shard)]
    chapters: Vec<Chapter>,
}

fn node(name: &str, children: Vec<Node>) -> Node {
    Node {
        name: name.into(),
        children,
    }
}

fn everything() -> Everything {
    let group = |products: &[&str]| Shape::Group {
        parts: products.iter().map(|product| line(product)).collect(),
    };
    let chapter = |title: &str| Chapter {
        title: title.into(),
        text: Lazy::new(note(format!("text of {title}"))),
        notes: BTreeMap::from([("a".to_owned(), note(title))]),
    };
    Everything {
        inner: Inner {
            notes: Some(Box::new(vec![note("1"), note("2")])),
            plain: vec![3, 1],
        },
        flat: Flat {
            shapes: HashMap::from([
                ("c".to_owned(), Shape::Circle { radius: 1 }),
                ("g".to_owned(), group(&["x", "y"])),
            ]),
        },
        list: vec![group(&[]), Shape::Circle { radius: 2 }, group(&["z"])],
        chapters: vec![chapter("one"), chapter("two")],
    }
}

#[tokio::test]
async fn a_tree_of_lists_of_itself_comes_back() {
    let setup = setup::<Tree>().await;
    let tree = Tree {
        top: node(
            "a",
            vec![node("b", vec![node("c", vec![])]), node("d", vec![])],
        ),
    };
    let mut saved = setup.saved(tree).await;
    assert_eq!(*setup.store.load::<Tree>("k").await.unwrap(), *saved);
    saved.top.children.swap(0, 1);
    saved.top.children[1].children.push(node("e", vec![]));
    setup.recorder.take();
    saved.save().await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
    assert_eq!(*setup.store.load::<Tree>("k").await.unwrap(), *saved);
    setup.store.delete::<Tree>("k").await.unwrap();
    assert!(setup.dump("Nodes").await.is_empty());
}

#[tokio::test]
async fn everything_inside_everything_comes_back_and_goes() {
    let setup = setup::<Everything>().await;
    let mut saved = setup.saved(everything()).await;
    let load = || setup.store.load::<Everything>("k").shards(Shards::All);
    assert_eq!(*load().await.unwrap(), everything());
    saved.list.rotate_left(1);
    saved.chapters.reverse();
    saved.inner.notes.as_mut().unwrap().remove(0);
    saved.flat.shapes.insert(
        "c".into(),
        Shape::Group {
            parts: vec![line("w")],
        },
    );
    saved.save().await.unwrap();
    assert_eq!(*load().await.unwrap(), *saved);
    saved.save().await.unwrap();
    let mut loaded = setup.store.load::<Everything>("k").await.unwrap();
    assert!(!loaded.chapters[0].text.is_loaded());
    assert_eq!(
        loaded.chapters[0].text.get().await.unwrap().text,
        "text of two"
    );
    loaded.chapters.rotate_left(1);
    loaded.chapters[0].title = "new".into();
    loaded.inner.notes = None;
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
    let all = load().await.unwrap();
    let texts: Vec<_> = all
        .chapters
        .iter()
        .map(|chapter| chapter.text.loaded().unwrap().text.as_str())
        .collect();
    assert_eq!(texts, ["text of one", "text of two"]);
    assert_eq!(all.inner.notes, None);
    all.delete().await.unwrap();
    for table in ["Everything", "Notes", "Shapes", "Lines", "Chapters"] {
        assert!(setup.dump(table).await.is_empty(), "{table}");
    }
}

#[tokio::test]
async fn an_entry_with_a_lazy_part_cannot_become_another_entry() {
    let setup = setup::<Everything>().await;
    setup.saved(everything()).await;
    let mut loaded = setup.store.load::<Everything>("k").await.unwrap();
    let copy = loaded.chapters[0].clone();
    loaded.chapters.push(copy);
    setup.recorder.take();
    let error = loaded.save().await.unwrap_err();
    assert_eq!(error.kind(), dyno::ErrorKind::InvalidValue, "{error}");
    assert!(setup.sent().is_empty());
}
