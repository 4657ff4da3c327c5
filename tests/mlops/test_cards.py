"""The card's one promise: no figure on it was typed by hand."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.environment import ROOT
from mlops.cards import chai
from mlops.cards.answers import ANSWERS
from mlops.cards.card import ModelCard, Release, card_of
from mlops.cards.figures import figures_of
from mlops.cards.names import NAMES
from mlops.cards.pages import html_of, xml_of
from mlops.cards.wording import SOURCE_ATTRIBUTES
from mlops.errors import NotInValidationError
from predictions.features.schema import FEATURES
from tests import small_model

RELEASE = Release("readmission-xyz", "readmission-xyz v#", "Candidate", "some day", "")
TEMPLATE = ROOT / "templates" / "mlops" / "model_card.html"
# what says the same of every model: the outcome's window, the width of intervals, the share of a list, and the file's name
OF_NO_MODEL = {"outcome", "level", "top_share", "source", *NAMES}


def metric(value: float) -> dict[str, float]:
    return {"value": value, "low": 0.9 * value, "high": 1.1 * value}


def flat(**figures: float) -> dict[str, float]:
    return {
        f"{name}{end}": factor * value
        for name, value in figures.items()
        for end, factor in (("", 1), ("_low", 0.9), ("_high", 1.1))
    }


def group(factor: str, name: str, rows: int, auc: float) -> dict[str, Any]:
    figures = {
        key: metric(auc / share)
        for key, share in (("auc", 1), ("observed_by_expected", 2), ("recall", 3), ("precision", 4), ("flagged", 5))
    }
    return {
        "factor": factor,
        "group": name,
        "rows": rows,
        "patients": rows,
        "readmitted": rows // 9,
        "censored": False,
        **figures,
    }


FOUND: dict[str, Any] = {
    "protocol": "C", "seed": 71, "rows": 8111, "patients": 6113, "readmitted": 811, "rate": 0.1213, "draws": 613,
    "data": {
        "file_sha256": "a1", "digest": "b2",
        "flow": {
            "file": {"rows": 41117, "patients": 31119, "readmitted": 4113},
            "left_out": [{"reason": "the stay ended in death", "rows": 613, "readmitted": 0}],
            "training": {"rows": 32119, "patients": 25111, "readmitted": 3711},
        },
        "missing": [{"attribute": "Weight", "words": "not recorded", "share": 0.9613}],
    },
    "features": {
        "version": "61", "sha256": "c3", "base": 117, "wide": 131, "factors": [{"factor": "age", "features": ["Age"]}] * 31,
    },
    "engines": {
        "trees": {
            "label": "Trees", **flat(auc=0.6713, auprc=0.2317, brier=0.0937, brier_skill=0.0571, log_loss=0.3371, ece=0.0063,
                                    slope=1.0171, citl=-0.0313, recall_top20=0.4137, ppv_top20=0.2371),
            "thresholds": [
                {"name": "capacity", "rule": "the score that the highest fifth reach", "value": 0.1571,
                 **{key: metric(value) for key, value in
                    (("precision", 0.2231), ("recall", 0.4117), ("specificity", 0.8317), ("flagged", 0.1973))}}
            ],
            "subgroups": [
                group("sex", "female", 4117, 0.6371), group("sex", "male", 3913, 0.6613), group("age", "young", 1117, 0.7131),
                group("race", "asian", 117, 0.5931), group("payer", "payer MC", 3117, 0.6637),
                group("stays", "first stay", 6111, 0.6173),
                {"factor": "race", "group": "other", "rows": None, "patients": None, "readmitted": None, "censored": True},
            ],
        }
    },
    "comparators": {"lace": {"label": "LACE", **flat(auc=0.5713, auprc=0.1371)}},
    "differences": [{"engine": "trees", "against": "lace", "auc": metric(0.1013), "auprc": metric(0.0913)}],
    "leaks": [{"name": f"check {n}", "sentence": "Held.", "passed": True, "evidence": ""} for n in range(6)],
    "repeats": None,
    "uncertainty": {"trees": {"inside_with_chance": 17, "of": 19, "target": 0.9371, "median_width": 0.0413, "passed": True}},
    "made": {"command": "manage.py validate_model --seed 71", "versions": {"numpy": "6.1"}, "artefacts": {"trees": "d4"},
             "parameters": {"trees": {"trees": 617, "depth": 7}}},
}  # fmt: skip


def another(value: Any) -> Any:
    """The same result with every number another, and every digest and name that holds one."""
    if isinstance(value, dict):
        return {key: another(inner) for key, inner in value.items()}
    if isinstance(value, list):
        more = [value[0], value[-1]] if value and isinstance(value[0], dict) else []
        return [another(inner) for inner in (*value, *more)]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value + 997
    if isinstance(value, float):
        return value * 1.0732
    return re.sub(r"\d", lambda digit: str((int(digit.group()) + 5) % 10), value)


def card(found: dict[str, Any] = FOUND, release: Release | None = RELEASE) -> ModelCard:
    return card_of(found, engine="trees", release=release)


def texts(made: ModelCard) -> dict[str, str]:
    """Everything on the card that a reader takes for a statement."""
    answers = {f"attribute {answer.number}": answer.text for answer in made.attributes}
    fields = {
        f"{field.section}/{field.name}": " ".join([field.text, *(value for _, value in field.results)]) for field in made.fields
    }
    return answers | fields


def without_names(text: str) -> str:
    for words in [*(figures_of(FOUND, "trees")[name] for name in ("outcome", "level", "top_share")), *NAMES.values()]:
        text = text.replace(words, "")
    return text


def test_no_template_of_an_answer_holds_a_digit() -> None:
    templates = [answer.template for answer in ANSWERS.values()] + [field.template for field in chai.FIELDS]
    assert [template for template in templates if re.search(r"\d", re.sub(r"\{\w+\}", "", template))] == []


def test_no_text_of_the_pages_template_holds_a_digit() -> None:
    page = re.sub(r"<style>.*?</style>", "", TEMPLATE.read_text(), flags=re.DOTALL)
    shown = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>|&\w+;", "", page, flags=re.DOTALL)
    assert re.findall(r".*\d.*", shown) == []


def test_every_statement_with_a_figure_changes_with_the_validation() -> None:
    first, second = texts(card()), texts(card(another(deepcopy(FOUND))))
    with_figures = [name for name, text in first.items() if re.search(r"\d", without_names(text))]
    assert len(with_figures) > 25
    assert [name for name in with_figures if first[name] == second[name]] == []


def test_every_figure_has_another_value_when_everything_in_the_validation_has() -> None:
    first, second = figures_of(FOUND, "trees"), figures_of(another(deepcopy(FOUND)), "trees")
    with_digits = {name for name, words in first.items() if re.search(r"\d", words)} - OF_NO_MODEL
    assert {name for name in with_digits if first[name] == second[name]} == set()


def test_the_tables_hold_the_figures_of_their_validation() -> None:
    others, groups = card().others, card().groups
    assert (others[1].head, others[1].figures) == (
        "LACE",
        ("0.571 (0.514 to 0.628)", "0.137 (0.123 to 0.151)", "0.101 (0.091 to 0.111)"),
    )
    assert groups[-1].figures == ("too few", "too few", *["not shown"] * 5)


def test_all_thirty_one_attributes_are_answered_in_the_regulations_words() -> None:
    assert len(SOURCE_ATTRIBUTES) == len(ANSWERS) == 31
    assert SOURCE_ATTRIBUTES[20].wording.startswith("Validity of intervention in test data derived from the same source")
    assert all(answer.text for answer in card().attributes)
    assert [answer.number for answer in card().attributes if not answer.available] == [2, 17, 18, 19, 20, 23, 24, 25, 27, 29]


def test_every_document_that_an_answer_points_to_exists() -> None:
    assert [path for answer in ANSWERS.values() for path in answer.evidence if not (ROOT / path).is_file()] == []


def test_what_the_card_says_of_the_features_is_so() -> None:
    names = {feature.name for feature in FEATURES}
    assert {"sex", "age_years", "payer"} <= names
    assert not [name for name in names if "race" in name or "ethnic" in name or "language" in name]


def test_a_card_of_a_whole_validation_and_a_registered_file_is_complete() -> None:
    assert card().missing == ()


@pytest.mark.parametrize("gone", ["auc", "ece", "subgroups"])
def test_a_figure_that_is_not_there_is_named_and_never_made_up(gone: str) -> None:
    found = deepcopy(FOUND)
    del found["engines"]["trees"][gone]
    assert "Source attribute" in " ".join(card(found).missing)
    assert "not known" in " ".join(texts(card(found)).values())


def test_the_file_that_is_not_in_the_register_has_no_release() -> None:
    missing = card(release=None).missing
    assert [name for name in missing if name.startswith("ReleaseInfo")] == [
        "ReleaseInfo/ReleaseStage", "ReleaseInfo/ReleaseDate", "ReleaseInfo/ReleaseVersion",
    ]  # fmt: skip


def test_an_engine_that_was_not_validated_is_refused_by_name() -> None:
    with pytest.raises(NotInValidationError, match="no engine called 'network'; it holds trees"):
        card_of(FOUND, engine="network", release=None)


def test_the_page_says_at_its_head_whether_it_is_complete() -> None:
    assert "This card is complete" in html_of(card())
    assert "This card is not complete" in html_of(card(release=None))
    assert "<li>ReleaseInfo/ReleaseStage</li>" in html_of(card(release=None))


def test_what_stands_in_a_validation_is_written_and_never_run() -> None:
    found = deepcopy(FOUND)
    found["made"]["command"] = "<script>alert()</script>"
    assert "<script>" not in html_of(card(found))
    assert "<script>" not in xml_of(card(found))


def test_the_coalitions_card_has_its_sections_in_order() -> None:
    written = xml_of(card())
    sections = [
        "BasicInfo", "ReleaseInfo", "ModelSummary", "UsesAndDirections", "Warnings", "TrustIngredients", "KeyMetrics",
        "Resources", "Bibliography",
    ]  # fmt: skip
    assert re.findall(r"^  <(\w+)>", written, flags=re.MULTILINE) == sections
    assert written.count("<MetricResult>") == sum(len(field.results) for field in card().fields)


@pytest.mark.django_db
def test_the_command_renders_the_card_of_the_registered_file_and_refuses_any_other(tmp_path: Path) -> None:
    version = small_model.recorded()
    found = deepcopy(FOUND)
    validation, page, plain = tmp_path / "validation.json", tmp_path / "card.html", tmp_path / "card.json"
    validation.write_text(json.dumps(found))
    with pytest.raises(CommandError, match="not complete; missing: BasicInfo/ModelName; ReleaseInfo/ReleaseStage"):
        call_command("model_card", validation=validation, html=page)
    assert "This card is not complete" in page.read_text()
    found["made"]["artefacts"]["trees"] = version.artefact_sha256
    validation.write_text(json.dumps(found))
    said = StringIO()
    call_command("model_card", validation=validation, json=plain, stdout=said)
    assert f"The card of {version} is complete" in said.getvalue()
    assert json.loads(plain.read_text())["artefact_sha256"] == version.artefact_sha256


def test_a_file_that_is_no_validation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(CommandError, match="is no validation"):
        call_command("model_card", validation=tmp_path / "other.json")
