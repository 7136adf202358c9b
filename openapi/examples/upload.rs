//! A first upload in Rust, with `reqwest`, `serde_json` and `tokio`. `VM_URL`, `VM_PARTNER` and `VM_KEY` say where, whose
//! and with which key; a test key (`vm_test_…`) works in the partner's sandbox, where offers are published at once and
//! nobody else sees them.

use std::{env, error::Error, time::Duration};

use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A partner's program.
struct Program {
    http: Client,
    api: String,
    desk: String,
    key: String,
}

impl Program {
    /// One call. A refusal is a problem document with a stable `code`.
    async fn call(&self, method: Method, address: &str, body: (&str, String)) -> Result<Value, Box<dyn Error>> {
        let answer = self
            .http
            .request(method, address)
            .bearer_auth(&self.key)
            .header("accept-language", "en")
            .header("content-type", body.0)
            .body(body.1)
            .send()
            .await?;
        let refused = !answer.status().is_success();
        let document: Value = answer.json().await?;
        if refused { Err(document.to_string().into()) } else { Ok(document) }
    }

    async fn get(&self, address: &str) -> Result<Value, Box<dyn Error>> {
        self.call(Method::GET, address, ("application/json", String::new())).await
    }

    async fn post(&self, address: &str, body: &Value) -> Result<Value, Box<dyn Error>> {
        self.call(Method::POST, address, ("application/json", body.to_string())).await
    }

    /// Sends offers, one on each line, and waits until they are worked through.
    async fn upload(&self, offers: &[Value], dry_run: bool) -> Result<Value, Box<dyn Error>> {
        let lines: Vec<String> = offers.iter().map(Value::to_string).collect();
        let address = format!("{}/imports?dry_run={dry_run}", self.desk);
        let mut job = self.call(Method::POST, &address, ("application/x-ndjson", lines.join("\n"))).await?;
        while job["state"] == "queued" || job["state"] == "running" {
            tokio::time::sleep(Duration::from_millis(200)).await;
            job = self.get(&format!("{}/imports/{}", self.desk, job["id"].as_str().unwrap_or_default())).await?;
        }
        Ok(job)
    }
}

fn offer(external_id: &str, quota: u32) -> Value {
    json!({
        "external_id": external_id,
        "kind": "internet_package",
        "area": "connectivity",
        "title": {"az": format!("Nümunə paket {external_id}")},
        "audience": ["educator"],
        "terms": {"kind": "internet_package", "data_mb": 10_000, "months": 1},
        "quota": quota,
        "unit": "package",
        "period": "monthly",
        "fulfilment": "generated_code",
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = format!("{}/api/v1", env::var("VM_URL")?);
    let desk = format!("{api}/partners/{}", env::var("VM_PARTNER")?);
    let us = Program { http: Client::new(), api, desk, key: env::var("VM_KEY")? };

    // A dry run says what would come of it, and what is wrong: the second quota is one that no offer can have.
    let job = us.upload(&[offer("rust-1", 100), offer("rust-2", 0)], true).await?;
    let errors = us.get(&format!("{}/imports/{}/errors", us.desk, job["id"].as_str().unwrap_or_default())).await?;
    println!("{}", errors["items"]);

    // Mended, and in earnest.
    let job = us.upload(&[offer("rust-1", 100), offer("rust-2", 50)], false).await?;
    println!("{} {}", job["state"], job["counts"]);

    // In the sandbox: a made-up teacher claims the offer, and our till redeems the code.
    let found = us.get(&format!("{}/offers?q=rust-1", us.desk)).await?;
    let claim = us.post(&format!("{}/sandbox/claims", us.desk), &json!({"offer_id": found["items"][0]["id"]})).await?;
    println!("{}", us.post(&format!("{}/redemptions/check", us.api), &json!({"code": claim["code"]})).await?);
    println!("{}", us.post(&format!("{}/redemptions/confirm", us.api), &json!({"code": claim["code"]})).await?);
    Ok(())
}
