//! Puts the actix application together out of the features.

use std::{sync::Arc, time::Duration};

use actix_web::{App, HttpServer, dev::Server, middleware::from_fn, web};
use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::task::JoinHandle;
use utoipa::openapi::OpenApi as Document;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    accounts::{self, Accounts, activity::Activity, revoked::Revoked, token::Keys},
    audit,
    claims::{self, ClaimQueue, routes::ChangeLimit, view::ShownOffers},
    codes,
    config::ServeConfig,
    eligibility,
    http::{
        finish::{SiteHeaders, finish},
        idempotency, openapi,
        page::{self, WebDir},
        routes::Routes,
    },
    imports::{self, Imports},
    jobs,
    offers::{self, catalogue::Catalogue},
    operations,
    partners::{
        self,
        health::{self, Health, KeyLimit},
    },
    redemptions::{self, Guesses},
    stats,
    store::{
        Store,
        bad_rows::BadRows,
        clock::Clock,
        revisions::{self, Revisions},
        starting::IfMissing,
    },
    webhooks::{self, Webhooks},
};

/// Whole requests get this long for their head; bodies have a limit of their own.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// On SIGTERM, requests that were taken get this long to be answered.
const STOP_TIME: u64 = 20;

/// Everything that handlers ask for, one of each for the process.
#[derive(Clone)]
pub struct Services {
    pub config: web::Data<ServeConfig>,
    pub store: web::Data<Store>,
    pub clock: web::Data<Clock>,
    pub keys: web::Data<Keys>,
    pub revoked: web::Data<Revoked>,
    pub activity: web::Data<Activity>,
    pub accounts: web::Data<Accounts>,
    pub catalogue: web::Data<Catalogue>,
    pub queue: web::Data<ClaimQueue>,
    pub shown: web::Data<ShownOffers>,
    pub webhooks: web::Data<Webhooks>,
    pub changes: web::Data<ChangeLimit>,
    pub guesses: web::Data<Guesses>,
    pub key_limit: web::Data<KeyLimit>,
    pub key_health: web::Data<Health>,
    pub imports: web::Data<Imports>,
    pub metrics: web::Data<PrometheusHandle>,
    /// Rows at which background work fails.
    pub bad: web::Data<BadRows>,
    /// What the process had taken in when it started.
    pub seen: Revisions,
}

impl Services {
    /// Opens what the settings name.
    async fn open(config: ServeConfig, store: Store) -> anyhow::Result<(Self, JoinHandle<()>)> {
        let clock = Clock::ahead(config.test_clock_offset_seconds);
        let signing = IfMissing::by_rows_of(store.fresh(), "sessions").await?;
        let keys = Arc::new(Keys::open(&config.data.keys_dir(), signing)?);
        let (revoked, activity) = (Arc::<Revoked>::default(), Arc::<Activity>::default());
        let (revoked_in, active) = (revoked.clone(), activity.clone());
        let accounts =
            Accounts::open(&config, store.clone(), clock, keys.clone(), revoked_in, active, partners::farewell)?;
        let accounts = Arc::new(accounts);
        let mut seen = revisions::read(store.fresh()).await?;
        // Sessions that ended are read by the first look.
        seen.sessions = 0;
        webhooks::refresh(store.fresh()).await?;
        let bad = Arc::<BadRows>::default();
        let webhooks = Webhooks::open(&config, store.clone(), clock, bad.clone()).await?;
        let shown = Arc::<ShownOffers>::default();
        let on_claims = shown.clone();
        let forget = Box::new(move |changed: &_| on_claims.forget(changed));
        let catalogue = Catalogue::load(&store, clock.now(), forget).await?;
        let (queue, closed) = ClaimQueue::open(store.clone(), clock, config.claim_queue);
        let imports = Imports::open(&config, store.clone(), clock)?;
        let metrics = PrometheusBuilder::new().install_recorder().context("cannot start the metrics")?;
        let services = Self {
            store: web::Data::new(store),
            clock: web::Data::new(clock),
            keys: web::Data::from(keys),
            revoked: web::Data::from(revoked),
            activity: web::Data::from(activity),
            accounts: web::Data::from(accounts),
            catalogue: web::Data::new(catalogue),
            queue: web::Data::new(queue),
            shown: web::Data::from(shown),
            webhooks: web::Data::new(webhooks),
            changes: web::Data::new(ChangeLimit::new("changes", config.rate_changes)),
            guesses: web::Data::new(Guesses::new(config.rate_guesses)),
            key_limit: web::Data::new(KeyLimit::new("keys", config.rate_keys)),
            key_health: web::Data::default(),
            imports: web::Data::new(imports),
            metrics: web::Data::new(metrics),
            bad: web::Data::from(bad),
            config: web::Data::new(config),
            seen,
        };
        Ok((services, closed))
    }

    /// Hands everything to the handlers.
    fn register(&self, app: &mut web::ServiceConfig) {
        app.app_data(self.config.clone())
            .app_data(self.store.clone())
            .app_data(self.clock.clone())
            .app_data(self.keys.clone())
            .app_data(self.revoked.clone())
            .app_data(self.activity.clone())
            .app_data(self.accounts.clone())
            .app_data(self.catalogue.clone())
            .app_data(self.queue.clone())
            .app_data(self.shown.clone())
            .app_data(self.webhooks.clone())
            .app_data(self.changes.clone())
            .app_data(self.guesses.clone())
            .app_data(self.key_limit.clone())
            .app_data(self.key_health.clone())
            .app_data(self.imports.clone())
            .app_data(self.metrics.clone());
    }
}

/// Where the features' operations are.
const API: &str = "/api/v1";

/// The operations, feature by feature. They are tried in this order, so what is asked most comes first.
fn routes(app: &mut impl Routes) {
    claims::routes(app);
    offers::routes(app);
    codes::routes(app);
    eligibility::routes(app);
    accounts::routes(app);
    imports::routes(app);
    partners::routes(app);
    redemptions::routes(app);
    webhooks::routes(app);
    stats::routes(app);
    audit::routes(app);
}

/// The OpenAPI document, from the routes.
pub fn document() -> Document {
    let features = utoipa_actix_web::scope(API).configure(|app| routes(app));
    let app = App::new().into_utoipa_app().service(features).configure(|app| operations::routes(app));
    openapi::finish(app.split_for_parts().1)
}

/// Starts listening; answers with the server and the address that it got.
fn listen(services: &Services) -> anyhow::Result<(Server, std::net::SocketAddr)> {
    let config = services.config.clone();
    let site =
        web::Data::new(SiteHeaders { page_policy: page::content_policy(&config.web_dir), https: config.is_https() });
    let web_dir = web::Data::new(WebDir(config.web_dir.clone()));
    let services = services.clone();
    let make = move || {
        let (services, site, web_dir) = (services.clone(), site.clone(), web_dir.clone());
        App::new()
            .wrap(from_fn(health::count))
            .wrap(from_fn(idempotency::middleware))
            .wrap(from_fn(finish))
            .service(web::scope(API).configure(routes))
            .configure(operations::routes)
            .configure(move |c| services.register(c))
            .app_data(site)
            .app_data(web_dir)
            .service(web::redirect("/docs", "/docs/").permanent())
            .service(SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::new(["/openapi.json"])))
            .default_service(web::to(page::fallback))
    };
    let mut server = HttpServer::new(make).client_request_timeout(HEAD_TIME).shutdown_timeout(STOP_TIME);
    if config.workers > 0 {
        server = server.workers(config.workers);
    }
    let server = server.bind(config.listen).with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = server.addrs().first().copied().context("no address")?;
    Ok((server.run(), address))
}

/// Serves until SIGTERM: what was taken is answered, what is new is refused, and the database is closed.
pub async fn serve(config: ServeConfig) -> anyhow::Result<()> {
    config.check()?;
    let store = Store::open(&config.data).await?;
    store.migrate().await?;
    if config.demo {
        offers::seed::seed(&store, Clock::ahead(config.test_clock_offset_seconds).now()).await?;
    }
    let (services, queue_closed) = Services::open(config, store.clone()).await?;
    if services.config.demo {
        accounts::demo::make(&services.accounts).await?;
        partners::demo::make(&services.store, &services.accounts, services.clock.now()).await?;
    }
    let jobs = jobs::start(&services);
    let (server, address) = listen(&services)?;
    tracing::info!("listening on http://{address}");
    let outcome = server.await;
    jobs.stop().await;
    // The queue closes when nobody can hand in any more, after everything handed in is answered.
    drop(services);
    queue_closed.await.context("the claim queue failed")?;
    store.close().await;
    outcome.context("the server stopped with an error")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_document_is_that_of_the_routes() {
        let printed = document().to_pretty_json().unwrap() + "\n";
        assert!(printed == crate::http::described::DOCUMENT, "run `make openapi` and commit openapi/openapi.json");
    }

    #[test]
    fn operations_name_only_security_schemes_that_are_defined() {
        let document = serde_json::to_value(document()).unwrap();
        let defined = document["components"]["securitySchemes"].as_object().unwrap();
        let operations = document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
        let mut named = 0;
        for (method, operation) in operations {
            for scheme in operation["security"].as_array().into_iter().flatten() {
                for name in scheme.as_object().unwrap().keys() {
                    assert!(defined.contains_key(name), "{method} {}: {name}", operation["operationId"]);
                    named += 1;
                }
            }
        }
        assert!(named > 50 && defined.len() == 3, "{named} names of {defined:?}");
    }
}
