//! Bodies that are not read to their end. actix reads the rest of a chunked body for as long as its sender likes, once
//! nobody wants it any more: whoever is refused could keep the connection for ever. While somebody still holds the body,
//! it closes the connection a moment after the answer, as it does with bodies whose length is known.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage,
    body::{BodySize, BoxBody, EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header,
    web::Bytes,
};
use futures_util::{StreamExt, stream};

/// A body that is read elsewhere.
#[derive(Clone)]
pub struct Held(Rc<RefCell<Payload>>);

impl Held {
    /// Holds the body of a request whose head does not tell its length.
    pub fn of(request: &mut ServiceRequest) -> Option<Self> {
        request.headers().get(header::TRANSFER_ENCODING)?;
        let held = Self(Rc::new(RefCell::new(request.take_payload())));
        let Self(reading) = held.clone();
        let body = stream::poll_fn(move |context| reading.borrow_mut().poll_next_unpin(context));
        request.set_payload(Payload::Stream { payload: Box::pin(body) });
        Some(held)
    }

    /// Holds it until the answer is sent.
    pub fn until_sent<B: MessageBody + 'static>(
        held: Option<Self>,
        response: ServiceResponse<B>,
    ) -> ServiceResponse<EitherBody<B>> {
        match held {
            None => response.map_into_left_body(),
            Some(held) => {
                response.map_body(|_, body| EitherBody::right(BoxBody::new(Answer { body: body.boxed(), _held: held })))
            }
        }
    }
}

/// An answer with the body of its request.
struct Answer {
    body: BoxBody,
    _held: Held,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
