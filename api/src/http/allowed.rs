//! First who, then what: the rest of a request is only judged for somebody who may make it.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

/// `Allowed<Admin, (Query<…>, Json<…>)>`: reads `What` after `Who` has been let in. Handlers' extractors run side by
/// side, and the first that fails would answer; so a stranger could learn what is wrong with a body that is none of
/// their business.
#[derive(Clone, Copy, Debug)]
pub struct Allowed<Who, What>(pub Who, pub What);

impl<Who: FromRequest + 'static, What: FromRequest + 'static> FromRequest for Allowed<Who, What> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let who = Who::from_request(&request, &mut Payload::None).await.map_err(Into::into)?;
            let what = What::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(who, what))
        })
    }
}
