//! Pages for people: as many objects as were asked for, and a cursor only where more follow.

use dyno::{Cursor, DyObject, ErrorKind, Page, Result};

use crate::fixture::{Order, orders, store, totals};

/// All pages of so many, each asked for with the cursor of the one before as text, and how many requests each took.
macro_rules! pages {
    ($recorder:expr, $most:expr, $request:expr) => {{
        let mut pages: Vec<(Page<_>, usize)> = Vec::new();
        $recorder.take();
        let mut page: Result<Page<_>> = $request.page($most).await;
        loop {
            let read = page.unwrap();
            let cursor = read.cursor().map(ToString::to_string);
            pages.push((read, $recorder.take().len()));
            let Some(cursor) = cursor else { break pages };
            let cursor: Cursor = cursor.parse().unwrap();
            page = $request.from(cursor).page($most).await;
        }
    }};
}

mod parts;

#[tokio::test]
async fn a_page_is_full_and_the_last_one_leads_nowhere() {
    let (store, recorder) = orders().await;
    for most in 1..=11 {
        let pages = pages!(recorder, most, store.query::<Order>().key("ada"));
        let sizes: Vec<_> = pages.iter().map(|(page, _)| page.objects().len()).collect();
        assert_eq!(sizes.len(), 10_usize.div_ceil(most), "{sizes:?}");
        assert!(
            sizes.iter().rev().skip(1).all(|size| *size == most),
            "{sizes:?}"
        );
        let found: Vec<_> = pages
            .iter()
            .flat_map(|(page, _)| totals(page.objects()))
            .collect();
        assert_eq!(found, (0..10).collect::<Vec<_>>());
        assert!(pages.iter().all(|(_, requests)| *requests == 1));
        let looked_at = pages.first().unwrap().0.looked_at();
        assert_eq!(looked_at, u64::try_from(most + 1).unwrap().min(10));
    }
}

#[tokio::test]
async fn filters_limits_and_orders_change_nothing_about_it() {
    let (store, recorder) = orders().await;
    let even = || {
        let total = Order::fields().total();
        total.eq(0) | total.eq(4) | total.eq(8)
    };
    for limit in [1, 2, 3, 7, 100] {
        let query = || {
            store
                .query::<Order>()
                .key("ken")
                .descending()
                .filter(even())
        };
        let pages = pages!(recorder, 2, query().limit(limit));
        let found: Vec<_> = pages
            .iter()
            .map(|(page, _)| totals(page.objects()))
            .collect();
        assert_eq!(found, [vec![8, 4], vec![0]], "{limit}");
        let pages = pages!(recorder, 3, query().limit(limit));
        assert_eq!(pages.len(), 1, "{limit}");
        let pages = pages!(
            recorder,
            4,
            store.scan::<Order>().filter(even()).limit(limit)
        );
        let sizes: Vec<_> = pages.iter().map(|(page, _)| page.objects().len()).collect();
        assert_eq!(sizes, [4, 4, 1], "{limit}");
    }
}

#[tokio::test]
async fn a_page_has_its_objects_also_where_others_stand_between_them() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(
        table = "App",
        key = "TENANT#{tenant}",
        sort(template = "PROFILE"),
        tag = "Profile"
    )]
    struct Profile {
        tenant: String,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(
        table = "App",
        key = "TENANT#{tenant}",
        sort = "BILL#{number}",
        tag = "Bill"
    )]
    struct Bill {
        tenant: String,
        number: u32,
    }

    let (store, recorder) = store().await;
    store.ensure_tables::<Bill>().await.unwrap();
    for tenant in ["a", "b", "c", "d", "e"] {
        let tenant = tenant.to_owned();
        for number in 0..4 {
            let tenant = tenant.clone();
            store.save(Bill { tenant, number }).await.unwrap();
        }
        store.save(Profile { tenant }).await.unwrap();
    }
    for (most, expected) in [
        (1, vec![1; 5]),
        (2, vec![2, 2, 1]),
        (5, vec![5]),
        (6, vec![5]),
    ] {
        let pages = pages!(recorder, most, store.scan::<Profile>());
        let sizes: Vec<_> = pages.iter().map(|(page, _)| page.objects().len()).collect();
        assert_eq!(sizes, expected, "{most}");
    }
}

#[tokio::test]
async fn a_page_of_nothing_is_empty_and_a_wrong_request_is_refused() {
    let (store, recorder) = orders().await;
    let page = store.query::<Order>().key("ada").page(0).await.unwrap();
    assert!(page.objects().is_empty() && page.cursor().is_none());
    let page = store.query::<Order>().key("nobody").page(3).await.unwrap();
    assert!(page.objects().is_empty() && page.cursor().is_none());
    assert_eq!(recorder.take().len(), 1);
    let error = store.query::<Order>().page(3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(recorder.take().is_empty());
}
