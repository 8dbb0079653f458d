//! Identifiers: a UUIDv7 for each record, and a type for each kind of record.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use database::{Column, Value};
use jiff::Timestamp;
use uuid::Uuid;

/// The identifier of a record of kind `T`. An office's does not fit where a person's is due.
pub struct Id<T>(Uuid, PhantomData<fn() -> T>);

#[derive(Debug)]
pub enum Organisation {}
#[derive(Debug)]
pub enum Person {}
#[derive(Debug)]
pub enum Account {}
#[derive(Debug)]
pub enum Service {}
#[derive(Debug)]
pub enum Request {}
#[derive(Debug)]
pub enum Message {}
#[derive(Debug)]
pub enum Attachment {}
#[derive(Debug)]
pub enum Notice {}
#[derive(Debug)]
pub enum SavedView {}
#[derive(Debug)]
pub enum Job {}
#[derive(Debug)]
pub enum Token {}
#[derive(Debug)]
pub enum Delegation {}
#[derive(Debug)]
pub enum Mailbox {}
#[derive(Debug)]
pub enum Mail {}
#[derive(Debug)]
pub enum ScanFile {}
#[derive(Debug)]
pub enum Scan {}
pub enum Webhook {}
#[derive(Debug)]
pub enum Delivery {}
#[derive(Debug)]
pub enum News {}
#[derive(Debug)]
pub enum Letter {}
#[derive(Debug)]
pub enum Sms {}

pub type OrganisationId = Id<Organisation>;
pub type PersonId = Id<Person>;
pub type AccountId = Id<Account>;
pub type ServiceId = Id<Service>;
pub type RequestId = Id<Request>;
pub type MessageId = Id<Message>;
pub type AttachmentId = Id<Attachment>;
pub type NoticeId = Id<Notice>;
pub type SavedViewId = Id<SavedView>;
pub type JobId = Id<Job>;
pub type TokenId = Id<Token>;
pub type DelegationId = Id<Delegation>;
pub type MailboxId = Id<Mailbox>;
pub type MailId = Id<Mail>;
pub type ScanFileId = Id<ScanFile>;
pub type ScanId = Id<Scan>;
pub type WebhookId = Id<Webhook>;
pub type DeliveryId = Id<Delivery>;
pub type NewsId = Id<News>;
pub type LetterId = Id<Letter>;
pub type SmsId = Id<Sms>;

impl<T> Id<T> {
    /// A new identifier; those made later sort later.
    pub fn new(now: Timestamp) -> Id<T> {
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
        Id::of(Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos)))
    }

    pub fn of(uuid: Uuid) -> Id<T> {
        Id(uuid, PhantomData)
    }

    pub fn uuid(self) -> Uuid {
        self.0
    }

    pub fn parse(text: &str) -> Option<Id<T>> {
        Uuid::parse_str(text.trim()).ok().map(Id::of)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> From<Id<T>> for Value<'_> {
    fn from(id: Id<T>) -> Self {
        <Value<'_> as From<Uuid>>::from(id.0)
    }
}
impl<T> Column for Id<T> {
    fn read(value: Value<'_>) -> Result<Self, String> {
        Uuid::read(value).map(Id::of)
    }
}
impl<T> serde::Serialize for Id<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, T> serde::Deserialize<'de> for Id<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Id::of)
    }
}
