//! The bare endpoint: actix alone, sending bytes that were made before. What a server on this machine can do at all.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;

/// Serves a file's bytes until it is ended.
pub fn serve(file: &str, content_type: &str) {
    let body = Bytes::from(std::fs::read(file).expect("the body"));
    let content_type = content_type.to_owned();
    let make = move || {
        let (body, content_type) = (body.clone(), content_type.clone());
        App::new().route(
            "/",
            web::get().to(move || {
                let answer = HttpResponse::Ok().content_type(content_type.as_str()).body(body.clone());
                std::future::ready(answer)
            }),
        )
    };
    let server = HttpServer::new(make).bind("127.0.0.1:0").expect("a port");
    println!("{}", server.addrs()[0]);
    actix_web::rt::System::new().block_on(server.run()).expect("it serves");
}

/// A bare server as a process of its own.
#[derive(Debug)]
pub struct Bare {
    pub address: SocketAddr,
    process: Child,
}

impl Bare {
    /// Starts it.
    pub fn start(body: &Path, content_type: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("our own path"))
            .arg("--bare")
            .arg(body)
            .arg(content_type)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bare server");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("its address");
        Self { address: line.trim().parse().expect("an address"), process }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
