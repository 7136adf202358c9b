//! The console: a page of its own, so that nobody else loads it.

fn main() {
    web::console::start();
}
