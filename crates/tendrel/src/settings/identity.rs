//! Others who say who somebody is: the tables `[[sign_in.providers]]` and `[sign_in.ldap]` of `tendrel.toml`.

use anyhow::ensure;
use serde::Deserialize;

use crate::viewer::Role;

/// A value that a provider or a directory gives somebody, and the role that it stands for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedRole {
    pub value: String,
    pub role: Role,
    /// Name or key of the organisation in whose scope the role holds: `Punakha ICT Services`, or `unit-punakha`.
    #[serde(rename = "in")]
    pub organisation: String,
}

/// A site that vouches for people by OpenID Connect.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Its name in addresses: small letters, digits, hyphens.
    pub key: String,
    /// Its name on the button.
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// May stand in `TENDREL_PROVIDER_<KEY>_SECRET`.
    pub client_secret: Option<String>,
    #[serde(default = "usual_scopes")]
    pub scopes: Vec<String>,
    /// The claim that `roles` are looked up by; without it roles are given here only.
    pub roles_claim: Option<String>,
    #[serde(default)]
    pub roles: Vec<MappedRole>,
    /// Whoever it vouches for and is not known becomes a requester of the office that `office_claim` names.
    #[serde(default)]
    pub create_people: bool,
    pub office_claim: Option<String>,
    /// Values of `amr` or `acr` that say that it asked for a second factor.
    #[serde(default)]
    pub second_factor: Vec<String>,
}

fn usual_scopes() -> Vec<String> {
    vec!["email".to_owned(), "profile".to_owned()]
}

impl ProviderSettings {
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let place = format!("[[sign_in.providers]] \"{}\"", self.key);
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        ensure!(
            !self.key.is_empty() && self.key.chars().all(is_plain),
            "{place}: key has small letters, digits and hyphens only"
        );
        ensure!(!self.name.trim().is_empty(), "{place}: name is empty; it stands on the button");
        ensure!(
            is_safe(&self.issuer, "https://", "http://"),
            "{place}: issuer begins with https://; plain http is for this machine alone"
        );
        ensure!(
            self.roles.is_empty() || self.roles_claim.is_some(),
            "{place}: roles need roles_claim: which claim are they looked up by?"
        );
        ensure!(
            !self.create_people || self.office_claim.is_some(),
            "{place}: create_people needs office_claim: which claim names the office?"
        );
        Ok(())
    }
}

/// Encrypted, or it does not leave this machine.
fn is_safe(address: &str, safe: &str, plain: &str) -> bool {
    let host = address.strip_prefix(plain).map(|rest| rest.split(['/', ':']).next().unwrap_or_default());
    address.starts_with(safe) || host.is_some_and(|host| matches!(host, "127.0.0.1" | "localhost"))
}

/// A directory of people that is asked by LDAP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapSettings {
    /// `ldaps://…`, or `ldap://…` with `start_tls`.
    pub url: String,
    #[serde(default)]
    pub start_tls: bool,
    /// The account that looks people up, and its password, which may stand in `TENDREL_LDAP_PASSWORD`.
    #[serde(default)]
    pub bind_dn: String,
    pub bind_password: Option<String>,
    /// Where people stand, and which of the entries there they are.
    pub people: String,
    #[serde(default = "usual_filter")]
    pub filter: String,
    #[serde(default)]
    pub attributes: LdapAttributes,
    /// Where groups stand; without it a person has those of `memberOf`.
    pub groups: Option<String>,
    #[serde(default)]
    pub roles: Vec<MappedRole>,
    /// Compare people every night.
    #[serde(default)]
    pub sync: bool,
    /// Whoever signs in and is not known is added at once; else the nightly comparison or the operator does it.
    #[serde(default)]
    pub create_people: bool,
    /// When more of the people are gone than so many in a hundred, nothing is done.
    #[serde(default = "usual_share")]
    pub stop_above_percent: usize,
}

/// What the directory calls what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LdapAttributes {
    /// A name that never changes and is never given again.
    pub id: String,
    pub username: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub employee_id: String,
    pub post: String,
    /// Name or alias of the office.
    pub office: String,
    /// Members of a group, by their distinguished names.
    pub member: String,
}

impl Default for LdapAttributes {
    fn default() -> LdapAttributes {
        LdapAttributes {
            id: "entryUUID".to_owned(),
            username: "uid".to_owned(),
            name: "cn".to_owned(),
            email: "mail".to_owned(),
            phone: "telephoneNumber".to_owned(),
            employee_id: "employeeNumber".to_owned(),
            post: "title".to_owned(),
            office: "ou".to_owned(),
            member: "member".to_owned(),
        }
    }
}

fn usual_filter() -> String {
    "(objectClass=inetOrgPerson)".to_owned()
}

fn usual_share() -> usize {
    20
}

impl LdapSettings {
    /// Under what name people of this directory are remembered.
    pub fn issuer(&self) -> String {
        format!("ldap:{}", self.people.to_lowercase())
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            is_safe(&self.url, "ldaps://", "ldap://") || (self.url.starts_with("ldap://") && self.start_tls),
            "[sign_in.ldap] url begins with ldaps://, or with ldap:// and start_tls = true: passwords go over it"
        );
        ensure!(
            !self.people.is_empty(),
            "[sign_in.ldap] people is empty: below which entry do people stand?"
        );
        ensure!(
            self.filter.starts_with('(') && self.filter.ends_with(')'),
            "[sign_in.ldap] filter stands in brackets, such as (objectClass=inetOrgPerson)"
        );
        ensure!(self.stop_above_percent <= 100, "[sign_in.ldap] stop_above_percent is from 0 to 100");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::SettingsFile;

    const PROVIDER: &str =
        "[[sign_in.providers]]\nkey = \"gov\"\nname = \"Government\"\nclient_id = \"desk\"\n";
    const LDAP: &str = "[sign_in.ldap]\npeople = \"ou=people,dc=bt\"\n";

    #[test]
    fn a_provider_and_a_directory_are_read() {
        let text = format!(
            "{PROVIDER}issuer = \"https://id.gov.example\"\nroles_claim = \"groups\"\n\
             roles = [{{ value = \"ict\", role = \"officer\", in = \"unit-punakha\" }}]\n{LDAP}url = \"ldaps://ldap.example\"\n"
        );
        let mut file = SettingsFile::of_text(&text).unwrap();
        assert_eq!(file.sign_in.providers()[0].roles[0].organisation, "unit-punakha");
        assert_eq!(file.sign_in.ldap().unwrap().issuer(), "ldap:ou=people,dc=bt");
        file.take_secrets(|name| Some(name.to_lowercase()));
        assert_eq!(file.sign_in.providers[0].client_secret.as_deref(), Some("tendrel_provider_gov_secret"));
        assert_eq!(file.secrets_key.as_deref(), Some("tendrel_secrets_key"));
    }

    #[test]
    fn what_is_not_safe_or_not_whole_is_refused_with_words() {
        for (text, said) in [
            (format!("{PROVIDER}issuer = \"http://id.example\""), "https://"),
            (format!("{PROVIDER}issuer = \"http://127.0.0.1.evil.example\""), "https://"),
            (format!("{PROVIDER}issuer = \"https://a\"\n{PROVIDER}issuer = \"https://b\""), "twice"),
            (format!("{PROVIDER}issuer = \"https://a\"\ncreate_people = true"), "office_claim"),
            (
                format!(
                    "{PROVIDER}issuer = \"https://a\"\nroles = [{{ value = \"x\", role = \"king\", in = \"y\" }}]"
                ),
                "king",
            ),
            (format!("{LDAP}url = \"ldap://ldap.example\""), "start_tls"),
            (format!("{LDAP}url = \"ldaps://a\"\nfilter = \"cn=*\""), "brackets"),
        ] {
            let error = format!("{:#}", SettingsFile::of_text(&text).unwrap_err());
            assert!(error.contains(said), "{error}");
        }
    }
}
