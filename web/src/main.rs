//! The page for everybody.

fn main() {
    web::app::start();
}
