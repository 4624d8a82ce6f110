use quote::quote;

use super::expansion;

#[test]
fn a_field_is_one_row_one_write_and_one_read() {
    let printed = expansion(quote! {
        #[dyno(table = "Users", key = "ID", region = "us-east-2", rename_all = "camelCase")]
        struct User {
            #[dyno(encrypt, alias = "name")]
            first_name: String,
            #[dyno(skip)]
            cached: u8,
            #[dyno(shard)]
            home: Address,
            last_name: String,
        }
    });
    for expected in [
        "typeOutline=__dyno::Outline<3>;",
        r#"__dyno::FieldList::new(["firstName","home","lastName"]).slots([0,1,0]).role(1,__dyno::Role::Shard)"#,
        r#".others(&[(0,__dyno::FieldShape::of::<Self>("firstName",0).encrypted().aliases(&["name"]))])"#,
        r#"without_fields("User").stored(__dyno::TableShape::new("Users","ID").region("us-east-2")),"#,
        "__dyno::show_codec(__dyno_codecs(),__dyno_slot,__dyno_to)",
        "__dyno::write_fields(__dyno_w,0,(&self.first_name,&self.home,&self.last_name,),(__dyno_c.0,__dyno_c.1,__dyno_c.0,));",
        "let(__dyno_f0,__dyno_f1,__dyno_f2,)=match__dyno::read_fields(__dyno_r,0,(__dyno_c.0,__dyno_c.1,__dyno_c.0,))",
        "first_name:__dyno_f0",
        "last_name:__dyno_f2",
        "cached:::core::default::Default::default()",
        "use::dyno::__privateas__dyno;",
    ] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
    assert!(!printed.contains("fncached"));
}

#[test]
fn fields_of_different_types_are_written_and_read_with_all_codecs_and_keys_come_last() {
    let printed = expansion(quote! {
        #[dyno(table = "Users", key = "ID")]
        struct User {
            #[dyno(key)]
            id: String,
            name: String,
            #[dyno(skip)]
            cached: u8,
            age: u32,
        }
    });
    for expected in [
        r#"__dyno::FieldList::new(["ID","name","age"]).role(0,__dyno::Role::PartitionKey))"#,
        "__dyno::write_all(__dyno_w,1,(&self.name,&self.age,&self.id,),__dyno_codecs())",
        "match__dyno::read_all(__dyno_r,1,__dyno_codecs()){__dyno::Ok((__dyno_f1,__dyno_f2,__dyno_f0,))=>",
        "fnage(&self)->__dyno::Path<__DynoR,u32>{self.0.field(2)}",
    ] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
    assert!(!printed.contains("show_codec"), "{printed}");
}

#[test]
fn what_is_not_read_by_one_call_shows_its_codecs() {
    let of_one_type_twice = expansion(quote! { struct User { name: String, city: String } });
    let with_variants = expansion(quote! { enum Payment { Card { number: String } } });
    for printed in [of_one_type_twice, with_variants] {
        let shown = "__dyno::show_codec(__dyno_codecs(),__dyno_slot,__dyno_to)";
        assert!(printed.contains(shown), "{printed}");
    }
}

#[test]
fn a_sealed_type_says_so() {
    let printed = expansion(quote! {
        #[dyno(table = "Users", key = "ID", seal)]
        struct User { city: String }
    });
    let shape = r#"__dyno::Shape::in_table("User","Users","ID").sealed()"#;
    assert!(printed.contains(shape), "{printed}");
}

#[test]
fn an_index_names_its_columns_after_the_stored_field() {
    let printed = expansion(quote! {
        #[dyno(table = "Users", key = "ID")]
        struct User {
            #[dyno(encrypt, index = "email", rename = "mail")]
            email: String,
            #[dyno(encrypt(index = "flag:exact:v1", bits = 8, low_entropy))]
            flag: bool,
            name: String,
        }
    });
    for expected in [
        r#"of::<Self>("mail",0).encrypted().index(__dyno::IndexShape::new("email",["mail__idx","mail__idx2"]))"#,
        r#".index(__dyno::IndexShape::new("flag:exact:v1",["flag__idx","flag__idx2"]).bits(8u16).low_entropy())"#,
        "__dyno::searchable::<String,_>(",
        r#"FieldList::new(["mail","flag","name"]).others("#,
    ] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
    assert!(!printed.contains("searchable::<bool,"));
}

#[test]
fn a_shard_says_how_it_departs_from_its_type() {
    let printed = expansion(quote! {
        struct Order {
            #[dyno(shard(table = "Orders"))]
            lines: Vec<Line>,
            #[dyno(shard, independent)]
            stock: Stock,
            #[dyno(chunked, shard(table = "Scans"), encrypt)]
            scan: Scan,
        }
    });
    for expected in [
        r#"of::<Self>("lines",0).role(__dyno::Role::Shard).in_table("Orders"))"#,
        r#"of::<Self>("stock",1).role(__dyno::Role::Shard).independent())"#,
        r#"of::<Self>("scan",2).role(__dyno::Role::Shard).in_table("Scans").chunked().encrypted()"#,
    ] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
}

#[test]
fn key_fields_are_stored_under_the_names_of_the_type() {
    let printed = expansion(quote! {
        #[dyno(table = "Users", key = "PK", rename_all = "UPPERCASE")]
        struct User {
            #[dyno(key)]
            id: String,
            #[dyno(sort)]
            at: u64,
        }
    });
    let keys = r#"["PK","AT"]).role(0,__dyno::Role::PartitionKey).role(1,__dyno::Role::SortKey)"#;
    assert!(printed.contains(keys), "{printed}");
    assert!(printed.contains(r#"TableShape::new("Users","PK").sort("AT")"#));
}

#[test]
fn flattened_fields_are_read_last() {
    let printed = expansion(quote! {
        struct User {
            #[dyno(flatten)]
            extra: Map,
            name: String,
        }
    });
    let (name, extra) = (
        printed.find("__dyno::read_fields(__dyno_r").unwrap(),
        printed.find("extra:__dyno_r").unwrap(),
    );
    assert!(name < extra);
}

#[test]
fn own_type_is_spelled_out_where_self_is_another() {
    let printed = expansion(quote! {
        struct Node<T> { next: Option<Box<Self>>, value: T }
    });
    assert!(printed.contains("fnnext(&self)->__dyno::Path<__DynoR,Option<Box<Node<T>>>>"));
    assert!(printed.contains("T:::core::marker::Send+::core::marker::Sync+'static"));
}

#[test]
fn a_name_has_a_handle_where_all_variants_agree() {
    let printed = expansion(quote! {
        enum Event {
            Sent { at: u64, to: String, text: String, city: bool },
            Received {
                at: u64,
                to: u8,
                #[dyno(rename = "t")]
                text: String,
                #[dyno(encrypt(index = "city", low_entropy))]
                city: bool,
            },
        }
    });
    assert!(printed.contains("fnat(&self)"));
    assert!(printed.contains("fncity(&self)"));
    assert!(!printed.contains("fnto(&self)"));
    assert!(!printed.contains("fntext(&self)"));
}

#[test]
fn a_template_is_pieces_types_and_parts() {
    let printed = expansion(quote! {
        #[dyno(table = "App", key = "USER#{name}", sort(name = "sk", template = "{{{at}-{name}"))]
        struct User {
            #[dyno(rename = "n")]
            name: String,
            at: u64,
        }
    });
    for expected in [
        r#".stored(__dyno::TableShape::new("App","PK").sort("sk"))"#,
        r#"__dyno::Template::new("PK","USER#{name}",&[__dyno::Piece::Text("USER#"),__dyno::Piece::Field("n",0usize)])"#,
        r#".sort(__dyno::Template::new("sk","{{{at}-{name}",&[__dyno::Piece::Text("{"),__dyno::Piece::Field("at",1usize),__dyno::Piece::Text("-"),__dyno::Piece::Field("n",0usize)]))"#,
        "typeKeys=__dyno::Templated<(String,()),(u64,(String,())),(String,(u64,()))>;",
        "__dyno::key_parts([__dyno::key_part::<String>(&self.name,&__dyno_c.0),__dyno::delimited_key_part::<u64>(&self.at,&__dyno_c.1)])",
    ] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
}
