//! Organisations, places, people, accounts and calendars. Every room may ask the directory; it asks none.

pub mod access;
pub mod accounts;
mod add_office;
pub mod answer;
mod ask_link;
mod away;
mod breached;
pub mod calendars;
pub mod came_by;
mod change_account;
mod change_holidays;
mod change_office;
mod change_person;
pub mod codes;
pub mod delegations;
mod demo;
mod devices;
mod edit_hours;
mod end_session;
mod enter;
mod form_page;
mod identities;
pub mod import;
mod import_holidays;
mod ldap;
pub mod links;
mod list_offices;
mod list_people;
pub mod list_programs;
pub mod lookup;
pub mod make_operator;
mod me;
mod my_passkeys;
mod my_tokens;
pub mod offices;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod programs;
mod provider_logout;
pub mod providers;
pub mod reference;
mod rights;
mod role_map;
mod second_step;
pub mod send_device_notice;
pub mod send_link;
pub mod send_notice;
pub mod sessions;
mod set_up_codes;
mod show_calendars;
mod show_office;
mod show_person;
mod show_program;
mod show_sync;
mod sign_in;
mod sign_in_ldap;
mod sign_in_passkey;
mod sign_in_provider;
mod strength;
pub mod sync_people;
pub mod tokens;
pub mod units;
mod vouched_for;
mod welcome;
mod words;

use axum::Router;

use crate::app::App;

pub fn routes() -> Router<App> {
    Router::new()
        .merge(lookup::routes())
        .merge(sign_in::routes())
        .merge(second_step::routes())
        .merge(set_up_codes::routes())
        .merge(ask_link::routes())
        .merge(enter::routes())
        .merge(end_session::routes())
        .merge(sign_in_passkey::routes())
        .merge(sign_in_provider::routes())
        .merge(provider_logout::routes())
        .merge(welcome::routes())
        .merge(strength::routes())
        .merge(me::routes())
        .merge(my_tokens::routes())
        .merge(my_passkeys::routes())
        .merge(list_programs::routes())
        .merge(show_program::routes())
        .merge(show_sync::routes())
        .merge(demo::routes())
        .merge(list_offices::routes())
        .merge(add_office::routes())
        .merge(show_office::routes())
        .merge(change_office::routes())
        .merge(list_people::routes())
        .merge(show_calendars::routes())
        .merge(change_holidays::routes())
        .merge(import_holidays::routes())
        .merge(edit_hours::routes())
        .merge(import::page::routes())
        .merge(show_person::routes())
        .merge(change_person::routes())
        .merge(change_account::routes())
        .merge(away::routes())
}
