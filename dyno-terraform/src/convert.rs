//! A table of a file as a specification.

use dyno_core::KeyKind;
use dyno_core::table::{Billing, IndexSpec, Projection, StreamView, TableSpec, Throughput};
use dyno_terraform_syntax as file;

pub(crate) fn spec_of(table: file::Table) -> TableSpec {
    let mut spec = TableSpec::new(table.name, table.key.name, kind(table.key.kind));
    if let Some(region) = table.region {
        spec = spec.with_region(region);
    }
    if let Some(sort) = table.sort {
        spec = spec.with_sort(sort.name, kind(sort.kind));
    }
    for index in table.global {
        spec = spec.with_global_index(index_of(index));
    }
    for index in table.local {
        spec = spec.with_local_index(index_of(index));
    }
    if let file::Billing::Provisioned(reads, writes) = table.billing {
        spec = spec.with_billing(Billing::Provisioned(Throughput::new(reads, writes)));
    }
    if let Some(attribute) = table.ttl {
        spec = spec.with_ttl(attribute);
    }
    if let Some(view) = table.stream.map(view) {
        spec = spec.with_stream(view);
    }
    if table.recovery {
        spec = spec.with_point_in_time_recovery();
    }
    if table.protection {
        spec = spec.with_deletion_protection();
    }
    for (name, value) in table.tags {
        spec = spec.with_tag(name, value);
    }
    spec
}

fn index_of(index: file::Index) -> IndexSpec {
    let mut spec = IndexSpec::new(index.name);
    for part in index.key {
        spec = spec.with_key(part.name, kind(part.kind));
    }
    for part in index.sort {
        spec = spec.with_sort(part.name, kind(part.kind));
    }
    if let Some((reads, writes)) = index.throughput {
        spec = spec.with_throughput(Throughput::new(reads, writes));
    }
    spec.with_projection(match index.projection {
        file::Projection::All => Projection::All,
        file::Projection::KeysOnly => Projection::KeysOnly,
        file::Projection::Include(names) => Projection::Include(names),
    })
}

fn kind(kind: file::Kind) -> KeyKind {
    match kind {
        file::Kind::B => KeyKind::B,
        file::Kind::N => KeyKind::N,
        file::Kind::S => KeyKind::S,
    }
}

fn view(stream: file::Stream) -> StreamView {
    match stream {
        file::Stream::Both => StreamView::Both,
        file::Stream::Keys => StreamView::Keys,
        file::Stream::New => StreamView::New,
        file::Stream::Old => StreamView::Old,
    }
}
