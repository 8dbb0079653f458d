//! Who sees a sheet that waits: whoever reads the mail of its unit. Of one for a confidential service, who is named.

use crate::channels::access::reads;
use crate::channels::scans::store::Scan;
use crate::desk::catalogue::CatalogueData;
use crate::id::{OrganisationId, ServiceId};
use crate::viewer::SignedIn;

pub(super) fn may_see(me: &SignedIn, scan: &Scan, catalogue: &CatalogueData) -> bool {
    units(me).contains(&scan.unit)
        && scan.service.is_none_or(|service| !hidden(me, catalogue).contains(&service))
}

/// The units whose trays somebody looks after, the one of their pages first.
pub(super) fn units(me: &SignedIn) -> Vec<OrganisationId> {
    let own = me.unit.as_ref().map(|unit| unit.id);
    let grants = me.grants.iter().filter(|grant| reads(grant.role)).map(|grant| grant.organisation);
    let mut units: Vec<OrganisationId> = Vec::new();
    for unit in grants {
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    units.sort_by_key(|unit| Some(*unit) != own);
    units
}

/// Confidential services for which somebody is not named.
pub(super) fn hidden(me: &SignedIn, catalogue: &CatalogueData) -> Vec<ServiceId> {
    let confidential = catalogue.services.iter().filter(|service| service.definition.confidential);
    confidential.map(|service| service.id).filter(|service| !me.named.contains(service)).collect()
}
