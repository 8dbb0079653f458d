//! Names of what figures are grouped by.

use std::collections::BTreeMap;
use std::sync::Arc;

use database::Reader;

use crate::analysis::figures::Figures;
use crate::analysis::store;
use crate::app::App;
use crate::desk::catalogue::CatalogueData;
use crate::directory::calendars::UnitFacts;
use crate::frame::Frame;
use crate::id::{OrganisationId, ServiceId};
use crate::problem::Problem;

#[derive(Clone)]
pub(super) struct Names {
    pub(super) catalogue: Arc<CatalogueData>,
    pub(super) units: BTreeMap<OrganisationId, UnitFacts>,
    offices: BTreeMap<OrganisationId, (String, String)>,
}

impl Names {
    /// Those that the figures speak of.
    pub(super) fn of(r: &mut Reader, app: &App, figures: &Figures) -> Result<Names, Problem> {
        let offices: Vec<OrganisationId> = figures.by_office.keys().flatten().copied().collect();
        let units = app.calendars.units().into_iter().map(|unit| (unit.id, unit)).collect();
        Ok(Names { catalogue: app.catalogue.now(), units, offices: store::names(r, &offices)? })
    }

    pub(super) fn service(&self, frame: &Frame, id: ServiceId) -> String {
        let service = self.catalogue.service(id);
        service.map_or_else(String::new, |service| {
            frame.plain_name(&service.definition.name, &service.definition.name_dz).to_owned()
        })
    }

    pub(super) fn service_code(&self, id: ServiceId) -> &str {
        self.catalogue.service(id).map_or("", |service| service.definition.code.as_str())
    }

    /// All services, for a choice: code and name.
    pub(super) fn services(&self, frame: &Frame) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = self
            .catalogue
            .services
            .iter()
            .map(|service| (service.definition.code.clone(), self.service(frame, service.id)))
            .collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        all
    }

    pub(super) fn office(&self, frame: &Frame, id: Option<OrganisationId>) -> String {
        let known = id.and_then(|id| self.offices.get(&id));
        known.map_or_else(
            || frame.t("analysis-office-unknown"),
            |(name, name_dz)| frame.plain_name(name, name_dz).to_owned(),
        )
    }

    pub(super) fn cause(&self, frame: &Frame, code: Option<&str>) -> String {
        let known = code.and_then(|code| self.catalogue.cause_name(code));
        known.map_or_else(|| frame.t("analysis-cause-none"), str::to_owned)
    }
}
