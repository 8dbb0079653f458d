//! What a form takes and what it says about the rest.

use proptest::prelude::*;

use super::*;
use crate::desk::service::Choice;

fn field(key: &str, kind: FieldKind) -> Field {
    Field {
        key: key.to_owned(),
        label: format!("The {key}"),
        label_dz: String::new(),
        kind,
        required: false,
        hint: String::new(),
        options: Vec::new(),
        min: None,
        max: None,
        max_length: None,
        shown_if: None,
    }
}

fn choice(key: &str, kind: FieldKind, values: &[&str]) -> Field {
    let option = |value: &&str| Choice {
        value: (*value).to_owned(),
        label: value.to_uppercase(),
        label_dz: String::new(),
    };
    Field { options: values.iter().map(option).collect(), ..field(key, kind) }
}

fn required(mut field: Field) -> Field {
    field.required = true;
    field
}

fn only_if(mut field: Field, on: &str, is: &[&str]) -> Field {
    let is = is.iter().map(|value| (*value).to_owned()).collect();
    field.shown_if = Some(ShownIf { field: on.to_owned(), is });
    field
}

fn given(texts: &[(&str, &str)]) -> Given {
    let mut given = Given::default();
    for (key, value) in texts {
        given.texts.entry((*key).to_owned()).or_default().push((*value).to_owned());
    }
    given
}

/// What one field makes of one text: the answer, or the sentence.
fn told(field: &Field, text: &str) -> Result<Json, &'static str> {
    let key = field.key.clone();
    match check(std::slice::from_ref(field), &given(&[(&key, text)])) {
        Ok(mut answers) => Ok(answers.remove(&key).unwrap_or(Json::Null)),
        Err(faults) => Err(faults[&key].sentence),
    }
}

#[test]
fn a_required_field_says_what_is_wanted() {
    let kinds = [
        (FieldKind::ShortText, "form-missing"),
        (FieldKind::Choice, "form-missing-choice"),
        (FieldKind::Choices, "form-missing-choices"),
        (FieldKind::Date, "form-missing-date"),
        (FieldKind::YesNo, "form-missing-choice"),
        (FieldKind::Office, "form-missing-office"),
        (FieldKind::Person, "form-missing-person"),
        (FieldKind::File, "form-missing-file"),
    ];
    for (kind, sentence) in kinds {
        assert_eq!(told(&field("x", kind), ""), Ok(Json::Null));
        assert_eq!(told(&required(field("x", kind)), "  "), Err(sentence));
    }
}

#[test]
fn a_hidden_field_is_neither_required_nor_kept() {
    let fields = [
        choice("action", FieldKind::Choice, &["move", "repair"]),
        only_if(required(field("to", FieldKind::Office)), "action", &["move"]),
        only_if(required(field("room", FieldKind::ShortText)), "to", &["Punakha"]),
    ];
    assert_eq!(
        check(&fields, &given(&[("action", "repair"), ("to", "Punakha"), ("room", "7")])),
        Ok(Answers::from([("action".to_owned(), json!("repair"))]))
    );
    let faults = check(&fields, &given(&[("action", "move")])).unwrap_err();
    assert_eq!(faults.into_keys().collect::<Vec<_>>(), ["to"]);
    let faults = check(&fields, &given(&[("action", "move"), ("to", "Punakha")])).unwrap_err();
    assert_eq!(faults.into_keys().collect::<Vec<_>>(), ["room"]);
}

#[test]
fn a_field_may_hang_on_one_of_several_choices() {
    let fields = [
        choice("which", FieldKind::Choices, &["mail", "wifi", "other"]),
        only_if(required(field("name", FieldKind::ShortText)), "which", &["other"]),
    ];
    assert!(check(&fields, &given(&[("which", "mail"), ("which", "wifi")])).is_ok());
    assert!(check(&fields, &given(&[("which", "mail"), ("which", "other")])).is_err());
}

#[test]
fn numbers_are_digits_within_their_bounds() {
    let mut number = field("n", FieldKind::Number);
    (number.min, number.max) = (Some(Bound::Number(1.0)), Some(Bound::Number(200.0)));
    assert_eq!(told(&number, "12"), Ok(json!(12)));
    assert_eq!(told(&number, "1.5"), Ok(json!(1.5)));
    assert_eq!(told(&number, "0"), Err("form-number-small"));
    assert_eq!(told(&number, "201"), Err("form-number-large"));
    for wrong in ["twelve", "1,2", "NaN", "inf", "1e9", "1.2.3", "-", "༡༢"] {
        assert_eq!(told(&number, wrong), Err("form-not-a-number"), "{wrong}");
    }
}

#[test]
fn only_what_is_offered_can_be_chosen() {
    let one = choice("c", FieldKind::Choice, &["a", "b"]);
    assert_eq!(told(&one, "b"), Ok(json!("b")));
    assert_eq!(told(&one, "B"), Err("form-not-offered"));
    let both = check(std::slice::from_ref(&one), &given(&[("c", "a"), ("c", "b")]));
    assert_eq!(both.unwrap_err()["c"].sentence, "form-one-only");
    let several = choice("s", FieldKind::Choices, &["a", "b"]);
    let answers = check(std::slice::from_ref(&several), &given(&[("s", "b"), ("s", "a"), ("s", "b")]));
    assert_eq!(answers.unwrap()["s"], json!(["b", "a"]));
    assert_eq!(told(&several, "z"), Err("form-not-offered"));
    assert_eq!(told(&field("y", FieldKind::YesNo), "perhaps"), Err("form-yes-no"));
}

#[test]
fn a_date_is_read_as_people_write_it_and_must_exist() {
    let mut day = field("d", FieldKind::Date);
    for written in ["2026-11-20", "20/11/2026", "20.11.2026", "20-11-2026", "20/11/2026 "] {
        assert_eq!(told(&day, written), Ok(json!("2026-11-20")), "{written}");
    }
    for missing in ["2026-02-30", "31/4/2026", "29/2/2027", "2026-13-01", "2026-00-10"] {
        assert_eq!(told(&day, missing), Err("form-no-such-day"), "{missing}");
    }
    for wrong in ["tomorrow", "20/11/26", "2026", "20/11", "1/1/1/2026", "99999-01-01"] {
        assert_eq!(told(&day, wrong), Err("form-not-a-date"), "{wrong}");
    }
    day.min = Some(Bound::Date("2026-11-19".to_owned()));
    day.max = Some(Bound::Date("2026-12-31".to_owned()));
    assert_eq!(told(&day, "18/11/2026"), Err("form-date-early"));
    assert_eq!(told(&day, "1/1/2027"), Err("form-date-late"));
}

#[test]
fn texts_have_an_end() {
    let mut line = field("l", FieldKind::ShortText);
    assert_eq!(told(&line, &"ཀ".repeat(200)), Ok("ཀ".repeat(200).into()));
    assert_eq!(told(&line, &"a".repeat(201)), Err("form-too-long"));
    assert_eq!(told(&line, "one\ntwo"), Ok("one two".into()));
    line.max_length = Some(10);
    assert_eq!(told(&line, &"a".repeat(11)), Err("form-too-long"));
    assert_eq!(told(&field("t", FieldKind::LongText), &"a".repeat(20_001)), Err("form-too-long"));
}

#[test]
fn a_program_is_told_which_key_is_unknown() {
    let fields = [field("a", FieldKind::ShortText)];
    let of = |json: Json| Given::of_json(&fields, json.as_object().unwrap());
    let faults = of(json!({"a": "x", "b": "y", "c": {}})).unwrap_err();
    assert_eq!(faults.keys().collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(of(json!({"a": {}})).unwrap_err()["a"].sentence, "form-shape");
    assert_eq!(check(&fields, &of(json!({"a": "x\u{0}y"})).unwrap()).unwrap()["a"], json!("xy"));
    assert_eq!(check(&fields, &of(json!({"a": null})).unwrap()).unwrap(), Answers::new());
}

/// All forms that are shipped.
fn shipped() -> Vec<Vec<Field>> {
    let read = |text: &&str| toml::from_str::<crate::desk::service::Definition>(text).unwrap().fields;
    crate::desk::reference::SERVICES.iter().map(read).collect()
}

#[test]
fn the_shipped_forms_hang_together() {
    for fields in shipped() {
        for (index, field) in fields.iter().enumerate() {
            let is_choice = matches!(field.kind, FieldKind::Choice | FieldKind::Choices);
            assert_eq!(is_choice, !field.options.is_empty(), "{}", field.key);
            if let Some(shown) = &field.shown_if {
                assert!(fields[..index].iter().any(|other| other.key == shown.field), "{}", field.key);
            }
        }
    }
}

proptest! {
    /// Whatever a page can send is taken, or the field is named; what is taken has only answers that were asked for.
    #[test]
    fn whatever_is_sent_is_taken_or_its_field_is_named(
        form in 0_usize..27,
        sent in prop::collection::vec((0_usize..12, "[ -~ཀ-ཨ]{0,12}|[0-9]{1,4}|20[0-9]{2}-[01][0-9]-[0-3][0-9]|yes|no"), 0..16),
        offered in any::<bool>(),
    ) {
        let fields = &shipped()[form];
        let mut given = Given::default();
        for (place, text) in &sent {
            let Some(field) = fields.get(place % (fields.len() + 1)) else {
                given.texts.entry("foreign".to_owned()).or_default().push(text.clone());
                continue;
            };
            let option = field.options.get(text.len() % field.options.len().max(1)).filter(|_| offered);
            let text = option.map_or(text.clone(), |option| option.value.clone());
            if field.kind == FieldKind::File {
                given.files.entry(field.key.clone()).or_default().push(text);
            } else {
                given.texts.entry(field.key.clone()).or_default().push(text);
            }
        }
        match check(fields, &given) {
            Ok(answers) => prop_assert!(answers.keys().all(|key| fields.iter().any(|field| field.key == *key))),
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(faults.keys().all(|key| fields.iter().any(|field| field.key == *key)));
            }
        }
    }

    /// Checking is stable: what was answered, given again, is the same answer.
    #[test]
    fn what_was_taken_is_taken_again(text in "[ -~]{0,30}", n in -5_i64..300) {
        let fields = [field("t", FieldKind::ShortText), field("n", FieldKind::Number)];
        let answers = check(&fields, &given(&[("t", &text), ("n", &n.to_string())])).unwrap();
        let object = answers.clone().into_iter().collect();
        let again = check(&fields, &Given::of_json(&fields, &object).unwrap()).unwrap();
        prop_assert_eq!(answers, again);
    }
}
