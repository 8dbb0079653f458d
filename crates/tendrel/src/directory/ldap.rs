//! The directory of people that a government keeps by LDAP: it is asked who somebody is, whether a password is theirs,
//! and who there is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapError, Scope, SearchEntry, SearchOptions, dn_escape,
    ldap_escape,
};
use rustls::ClientConfig;

use crate::files::hex;
use crate::secret;
use crate::settings::identity::LdapSettings;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Entries of one page of a list, and of a whole list.
const PAGE: i32 = 500;
const ALL: usize = 200_000;

const SUCCESS: u32 = 0;
const BUSY: u32 = 51;
const UNAVAILABLE: u32 = 52;

/// Why the directory cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Away {
    #[error("the directory does not answer: {0}")]
    NoAnswer(#[from] LdapError),
    #[error("the directory does not let us in as {0:?}: look at bind_dn and its password")]
    NotLetIn(String),
    #[error("the directory lists more than {ALL} entries")]
    TooMany,
}

/// A person as the directory knows them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) dn: String,
    pub(super) id: String,
    pub(super) username: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) employee_id: String,
    pub(super) post: String,
    pub(super) office: String,
    /// Their names, and their distinguished names.
    pub(super) groups: Vec<String>,
}

struct Asking<'a> {
    ldap: Ldap,
    settings: &'a LdapSettings,
}

/// Whose user name or address it is, if the password is theirs. Whether there is somebody of that name or not, the
/// directory is asked the same questions.
///
/// # Errors
/// When it does not answer.
pub(super) async fn person_with_password(
    settings: &LdapSettings,
    tls: &Arc<ClientConfig>,
    typed: &str,
    password: &str,
) -> Result<Option<Entry>, Away> {
    // Without a password a server lets anybody in as nobody, and says that it went well (RFC 4513, 5.1.2).
    if typed.is_empty() || password.is_empty() {
        return Ok(None);
    }
    let mut asking = Asking::begin(settings, tls).await?;
    let mut found = asking.find(typed).await?;
    let one = if found.len() == 1 { found.pop() } else { None };
    let nobody =
        || format!("{}={},{}", settings.attributes.username, dn_escape(secret::new()), settings.people);
    let dn = one.as_ref().map_or_else(nobody, |entry| entry.dn.clone());
    let groups = asking.groups_of(&dn).await?;
    let answer = asking.ldap.with_timeout(ANSWER_WITHIN).simple_bind(&dn, password).await?;
    let _ = asking.ldap.unbind().await;
    if matches!(answer.rc, BUSY | UNAVAILABLE) {
        return Err(Away::NoAnswer(LdapError::from(answer)));
    }
    let one = one.filter(|_| answer.rc == SUCCESS);
    Ok(one.map(|mut entry| {
        entry.groups.extend(groups);
        entry
    }))
}

/// Everybody whom the filter finds, with their groups.
///
/// # Errors
/// When it does not answer, or not to the end.
pub(super) async fn everybody(settings: &LdapSettings, tls: &Arc<ClientConfig>) -> Result<Vec<Entry>, Away> {
    let mut asking = Asking::begin(settings, tls).await?;
    let names = asking.attributes();
    let found = asking.list(&settings.people, &settings.filter, names).await?;
    let mut all: Vec<Entry> = found.into_iter().map(|entry| asking.entry(entry)).collect();
    if let Some(base) = &settings.groups {
        let member = &settings.attributes.member;
        let attributes = vec!["cn".to_owned(), member.clone()];
        let mut of: HashMap<String, Vec<String>> = HashMap::new();
        for group in asking.list(base, &format!("({member}=*)"), attributes).await? {
            for person in group.attrs.get(member).into_iter().flatten() {
                of.entry(person.to_lowercase()).or_default().extend(names_of(&group));
            }
        }
        for entry in &mut all {
            entry.groups.extend(of.remove(&entry.dn.to_lowercase()).unwrap_or_default());
        }
    }
    let _ = asking.ldap.unbind().await;
    Ok(all)
}

impl<'a> Asking<'a> {
    async fn begin(settings: &'a LdapSettings, tls: &Arc<ClientConfig>) -> Result<Asking<'a>, Away> {
        let how = LdapConnSettings::new()
            .set_conn_timeout(CONNECT_WITHIN)
            .set_starttls(settings.start_tls)
            .set_config(tls.clone());
        let begun = LdapConnAsync::with_settings(how, &settings.url);
        // The handshake is part of it, and has no limit of its own.
        let (connection, mut ldap) = tokio::time::timeout(ANSWER_WITHIN, begun)
            .await
            .map_err(|elapsed| LdapError::Timeout { elapsed })??;
        tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!("a connection to the directory ended: {error}");
            }
        });
        if !settings.bind_dn.is_empty() {
            let password = settings.bind_password.as_deref().unwrap_or_default();
            let answer = ldap.with_timeout(ANSWER_WITHIN).simple_bind(&settings.bind_dn, password).await?;
            if answer.rc != SUCCESS || password.is_empty() {
                return Err(Away::NotLetIn(settings.bind_dn.clone()));
            }
        }
        Ok(Asking { ldap, settings })
    }

    fn attributes(&self) -> Vec<String> {
        let it = &self.settings.attributes;
        let mut names = vec!["memberOf".to_owned()];
        for name in
            [&it.id, &it.username, &it.name, &it.email, &it.phone, &it.employee_id, &it.post, &it.office]
        {
            names.push(name.clone());
        }
        names
    }

    async fn find(&mut self, typed: &str) -> Result<Vec<Entry>, Away> {
        let (it, typed) = (&self.settings.attributes, ldap_escape(typed));
        let filter = format!("(&{}(|({}={typed})({}={typed})))", self.settings.filter, it.username, it.email);
        let names = self.attributes();
        let found = self
            .ldap
            .with_timeout(ANSWER_WITHIN)
            .with_search_options(SearchOptions::new().sizelimit(2))
            .search(&self.settings.people, Scope::Subtree, &filter, names)
            .await?;
        // More than two, or nothing below that entry: nobody who could be meant.
        let entries = found.0.into_iter().filter(|entry| !entry.is_ref() && !entry.is_intermediate());
        if matches!(found.1.rc, BUSY | UNAVAILABLE) {
            return Err(Away::NoAnswer(LdapError::from(found.1)));
        }
        Ok(entries.map(|entry| self.entry(SearchEntry::construct(entry))).collect())
    }

    async fn groups_of(&mut self, dn: &str) -> Result<Vec<String>, Away> {
        let Some(base) = &self.settings.groups else {
            return Ok(Vec::new());
        };
        let filter = format!("({}={})", self.settings.attributes.member, ldap_escape(dn));
        let found = self
            .ldap
            .with_timeout(ANSWER_WITHIN)
            .search(base, Scope::Subtree, &filter, vec!["cn"])
            .await?
            .success()?;
        let entries = found.0.into_iter().filter(|entry| !entry.is_ref() && !entry.is_intermediate());
        Ok(entries.flat_map(|entry| names_of(&SearchEntry::construct(entry))).collect())
    }

    async fn list(
        &mut self,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Vec<SearchEntry>, Away> {
        let adapters: Vec<Box<dyn Adapter<String, Vec<String>>>> =
            vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(PAGE))];
        let mut stream = self
            .ldap
            .with_timeout(ANSWER_WITHIN)
            .streaming_search_with(adapters, base, Scope::Subtree, filter, attributes)
            .await?;
        let mut all = Vec::new();
        while let Some(entry) = stream.next().await? {
            all.push(SearchEntry::construct(entry));
            if all.len() > ALL {
                return Err(Away::TooMany);
            }
        }
        // A list that was cut short would make people seem gone.
        stream.finish().await.success()?;
        Ok(all)
    }

    fn entry(&self, found: SearchEntry) -> Entry {
        let it = &self.settings.attributes;
        let value = |name: &String| {
            let same = |key: &&String| key.eq_ignore_ascii_case(name);
            let text = found.attrs.keys().find(same).and_then(|key| found.attrs[key].first());
            let bytes = found.bin_attrs.keys().find(same).and_then(|key| found.bin_attrs[key].first());
            text.map(|text| text.trim().to_owned())
                .or_else(|| bytes.map(|bytes| hex(bytes)))
                .unwrap_or_default()
        };
        Entry {
            id: value(&it.id),
            username: value(&it.username),
            name: value(&it.name),
            email: value(&it.email).to_lowercase(),
            phone: value(&it.phone),
            employee_id: value(&it.employee_id),
            post: value(&it.post),
            office: value(&it.office),
            groups: found.attrs.get("memberOf").into_iter().flatten().flat_map(|dn| names(dn)).collect(),
            dn: found.dn,
        }
    }
}

fn names_of(group: &SearchEntry) -> Vec<String> {
    let mut all = vec![group.dn.clone()];
    all.extend(group.attrs.get("cn").into_iter().flatten().cloned());
    all
}

/// A group by its distinguished name, and by the first part of it.
fn names(dn: &str) -> Vec<String> {
    let first = dn.split(',').next().and_then(|first| first.split_once('='));
    std::iter::once(dn.to_owned()).chain(first.map(|(_, name)| name.to_owned())).collect()
}
