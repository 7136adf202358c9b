//! Who may work at a partner's desk, as an extractor that checks and loads what the address names.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use shared::{Code, PartnerId, offer::PartnerRef};

use crate::{
    accounts::Admin,
    error::{Error, Result},
    store::{Store, entities::partners},
};

/// Somebody who works at the desk of the partner `{slug}`: the ministry, until partners have members of their own.
#[derive(Clone, Debug)]
pub struct PartnerDesk {
    pub admin: Admin,
    pub partner: partners::Model,
}

impl PartnerDesk {
    /// The partner.
    pub fn id(&self) -> PartnerId {
        PartnerId(self.partner.id)
    }

    /// The partner as it stands on its offers.
    pub fn reference(&self) -> PartnerRef {
        PartnerRef { slug: self.partner.slug.clone(), name: self.partner.name.clone() }
    }
}

impl FromRequest for PartnerDesk {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let admin = Admin::from_request(request, payload);
        let store = request.app_data::<web::Data<Store>>().cloned();
        let slug = request.match_info().get("slug").unwrap_or_default().to_owned();
        Box::pin(async move {
            let (admin, store) = (admin.await?, store.ok_or(Code::Internal)?);
            let named = partners::Entity::find().filter(partners::Column::Slug.eq(slug)).one(store.fresh()).await?;
            Ok(Self { admin, partner: named.ok_or(Code::NotFound)? })
        })
    }
}
