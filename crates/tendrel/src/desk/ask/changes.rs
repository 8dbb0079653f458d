//! What is different in a service's form since somebody opened it.

use crate::desk::service::Definition;
use crate::frame::Frame;

/// One sentence for each difference that somebody who fills in the form would notice.
pub fn sentences(frame: &Frame, before: &Definition, after: &Definition) -> Vec<String> {
    let mut said = Vec::new();
    for field in &after.fields {
        let label = frame.plain_name(&field.label, &field.label_dz);
        match before.fields.iter().find(|old| old.key == field.key) {
            None => said.push(frame.t1("ask-changed-new", "label", label)),
            Some(old) if !old.required && field.required => {
                said.push(frame.t1("ask-changed-required", "label", label));
            }
            Some(old) if old != field => said.push(frame.t1("ask-changed-other", "label", label)),
            Some(_) => {}
        }
    }
    for old in &before.fields {
        if !after.fields.iter().any(|field| field.key == old.key) {
            let label = frame.plain_name(&old.label, &old.label_dz);
            said.push(frame.t1("ask-changed-gone", "label", label));
        }
    }
    if before.documents != after.documents {
        said.push(frame.t("ask-changed-documents"));
    }
    said
}
