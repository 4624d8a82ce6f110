use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(encrypt(indx = "email"))]
    email: String,
    #[dyno(encrypt(index = email))]
    phone: String,
    #[dyno(encrypt(index = "name", bits = 0))]
    name: String,
    #[dyno(encrypt(index = "town", bits = "64"))]
    town: String,
    #[dyno(encrypt(index = "street", bits))]
    street: String,
    #[dyno(encrypt, index = "number", bits = 64)]
    number: String,
    #[dyno(encrypt, index = "flag", low_entropy)]
    flag: bool,
    #[dyno(encrypt())]
    nothing: String,
}

fn main() {}
