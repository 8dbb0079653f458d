//! The main job: a request comes in by any channel, gets a number, a promise and an officer, and is resolved.

pub mod accept;
pub mod access;
pub mod act;
pub mod acts;
pub mod after_letter;
pub mod api;
pub mod api_intake;
pub mod ask;
pub mod assign;
pub mod attach;
pub mod by_mail;
pub mod by_sms;
pub mod came_in;
pub mod cancel;
pub mod catalogue;
pub mod catalogue_list;
pub mod charter;
pub mod clocks;
pub mod close;
pub mod complete;
pub mod confidential;
pub mod edit_service;
pub mod faces;
pub mod find;
pub mod follow;
pub mod followed;
pub mod forget;
pub mod form;
pub mod hand_over;
pub mod hold;
pub mod import_requests;
pub mod index;
pub mod intake_store;
pub mod keep;
pub mod let_go;
pub mod letters;
pub mod live;
pub mod log_call;
pub mod look;
pub mod my_requests;
pub mod named;
pub mod news;
pub mod note;
pub mod notices;
pub mod number;
pub mod offers;
pub mod paper_form;
pub mod portal;
pub mod promise;
pub mod promised;
pub mod queue;
pub mod rate;
pub mod reclassify;
pub mod recompute;
pub mod reference;
pub mod reopen;
pub mod reply;
pub mod request;
pub mod resolve;
pub mod resume;
pub mod save;
pub mod sent;
pub mod service;
pub mod sheet_code;
pub mod show;
pub mod store;
pub mod take;
pub mod timeline;
pub mod today;
pub mod usual;
pub mod views;

#[cfg(test)]
pub(crate) mod testing;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(portal::routes())
        .merge(ask::routes())
        .merge(sent::routes())
        .merge(charter::routes())
        .merge(log_call::routes())
        .merge(api_intake::routes())
        .merge(acts::routes())
        .merge(live::routes())
        .merge(look::routes())
        .merge(named::routes())
        .merge(show::routes())
        .merge(queue::routes())
        .merge(views::routes())
        .merge(find::routes())
        .merge(today::routes())
        .merge(notices::routes())
        .merge(news::routes())
        .merge(follow::routes())
        .merge(followed::routes())
        .merge(after_letter::routes())
        .merge(my_requests::routes())
        .merge(api::routes())
        .merge(paper_form::routes())
        .merge(catalogue_list::routes())
        .merge(edit_service::routes())
}
