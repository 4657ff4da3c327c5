"""A candidate in the shadow: it scores what the champion scored, nobody sees it, and a signature ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import Settings

from clinical.access import scope_of, scope_of_the_system
from clinical.models import AuditEvent, CareUnit, Encounter, User
from mlops import releases
from mlops.errors import DecisionRefusedError
from mlops.models import Incident, ShadowReport, ShadowScore, ShadowTrial
from mlops.shadow import reporting, scoring
from mlops.shadow.report import Rows, overlap_at_top, report_of, spearman
from mlops.shadow.sealing import seal_of
from mlops.shadow.trials import end_trial, start_trial
from mlops.tasks import score_in_the_shadow
from predictions import champion
from predictions import scoring as bedside
from predictions.batch import score_all
from predictions.features import schema
from predictions.models import ModelVersion, Prediction, WorklistEntry
from tests import small_model
from tests.factories import encounter_on, member

pytestmark = pytest.mark.usefixtures("nothing_held")
WHY = "To see it on our wards."


@pytest.fixture
def candidate(dana: User) -> ModelVersion:
    """Version 2, beside version 1 in office."""
    small_model.promoted(dana)
    return small_model.examined(seed=1)


@pytest.fixture
def trial(candidate: ModelVersion, frank: User) -> ShadowTrial:
    return start_trial(candidate, by=frank, reason=WHY)


def scores(trial: ShadowTrial) -> list[ShadowScore]:
    with scope_of_the_system():
        return list(ShadowScore.objects.filter(trial=trial).select_related("prediction"))


def fresh(trial: ShadowTrial) -> ShadowTrial:
    return ShadowTrial.objects.get(pk=trial.pk)


# --- scoring -----------------------------------------------------------------------------------------------------------------


def test_the_candidate_scores_the_stored_inputs_as_if_it_had_read_the_record(trial: ShadowTrial, encounter: Encounter) -> None:
    prediction = bedside.score(encounter)
    score_in_the_shadow()
    (score,) = scores(trial)
    read = np.array([prediction.feature_values[: len(schema.names())]], dtype=np.float64)
    expected = champion.load(trial.version)
    assert score.prediction == prediction
    assert score.risk_probability == expected.model.probabilities(read)[0] != prediction.risk_probability
    assert score.band == expected.band_of(score.risk_probability).name.value


def test_scoring_again_adds_nothing(trial: ShadowTrial, encounter: Encounter) -> None:
    bedside.score(encounter)
    assert scoring.score_open_trials() == 1
    assert scoring.score_open_trials() == 0


def test_who_lay_on_the_ward_when_it_began_is_scored_and_who_had_left_is_not(
    candidate: ModelVersion, frank: User, cardiology: CareUnit
) -> None:
    here, gone = encounter_on(cardiology), encounter_on(cardiology, discharged_at=datetime(2026, 11, 6, tzinfo=UTC))
    score_all()
    trial = start_trial(candidate, by=frank, reason=WHY)
    scoring.score_open_trials()
    assert [score.prediction.encounter_id for score in scores(trial)] == [here.pk]
    assert gone.pk != here.pk


def test_work_is_bounded_and_goes_on_where_it_stopped(trial: ShadowTrial, cardiology: CareUnit, settings: Settings) -> None:
    for _ in range(3):
        bedside.score(encounter_on(cardiology, discharged_at=datetime(2026, 11, 6, tzinfo=UTC)))
    assert scoring.score_open_trials(most=1) == 3  # a batch is not cut; no second one is begun
    assert scoring.score_open_trials(most=1) == 0


def test_nothing_on_any_page_or_list_changes(trial: ShadowTrial, encounter: Encounter, alice: User, signed_in: Any) -> None:
    bedside.score(encounter)
    before = what_a_ward_sees(encounter, alice, signed_in)
    score_in_the_shadow()
    assert scores(trial)
    assert what_a_ward_sees(encounter, alice, signed_in) == before


def what_a_ward_sees(encounter: Encounter, alice: User, signed_in: Any) -> tuple[Any, ...]:
    from tests.predictions.scored import words_of  # noqa: PLC0415  it names a schema of its own

    browser = signed_in(alice)
    pages = [words_of(browser.get(path)).split("Request")[0] for path in ("/worklist/", f"/encounters/{encounter.public_id}/")]
    with scope_of_the_system():
        rows = list(WorklistEntry.objects.values()), list(Prediction.objects.order_by("pk").values())
    return (*without_clock(pages), *rows)


def without_clock(pages: list[str]) -> list[str]:
    return [" ".join(word for word in page.split() if ":" not in word) for page in pages]


def test_a_shadow_score_is_seen_only_by_whom_the_prediction_is_seen(
    trial: ShadowTrial, encounter: Encounter, alice: User, charlie: User
) -> None:
    bedside.score(encounter)
    scoring.score_open_trials()
    assert ShadowScore.objects.count() == 0
    for user, seen in ((alice, 1), (charlie, 0)):
        with scope_of(user):
            assert ShadowScore.objects.count() == seen


def test_a_candidate_that_does_not_load_says_so_and_the_champion_goes_on(
    trial: ShadowTrial, encounter: Encounter, settings: Settings
) -> None:
    path = Path(settings.ARTEFACTS) / f"{trial.version.artefact_sha256}.model"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    prediction = bedside.score(encounter)
    score_in_the_shadow()
    score_in_the_shadow()
    assert "SHA-256" in fresh(trial).failure
    assert Incident.objects.get(kind="shadow.not_scoring").times_seen == 2
    assert not scores(trial)
    assert prediction.model_version == trial.champion
    path.write_bytes(whole)
    score_in_the_shadow()
    assert (fresh(trial).failure, len(scores(trial))) == ("", 1)


# --- beginning and ending ----------------------------------------------------------------------------------------------------


def test_one_trial_is_open_at_a_time(trial: ShadowTrial, frank: User) -> None:
    with pytest.raises(DecisionRefusedError, match="Another trial"):
        start_trial(small_model.examined(seed=1), by=frank, reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShadowTrial.objects.create(version=trial.version, champion=trial.champion, started_by=frank, reason=WHY)


def test_only_a_candidate_or_an_approved_version_is_tried_and_only_by_those_who_look_after_models(
    candidate: ModelVersion, alice: User, frank: User
) -> None:
    with pytest.raises(DecisionRefusedError, match="neither"):
        start_trial(candidate, by=alice, reason=WHY)
    with pytest.raises(DecisionRefusedError, match="is champion"):
        start_trial(ModelVersion.objects.get(number=1), by=frank, reason=WHY)
    with pytest.raises(DecisionRefusedError, match="at least 10"):
        start_trial(candidate, by=frank, reason="why not")


def test_a_signed_end_seals_the_report_that_it_rests_on(trial: ShadowTrial, encounter: Encounter, dana: User) -> None:
    bedside.score(encounter)
    score_in_the_shadow()
    ended = fresh(end_trial(trial, by=dana, go=True, reason="Ranks agree on every ward."))
    assert ended.rests_on is not None
    assert ended.seal == ended.rests_on.sha256 == seal_of(ShadowReport.objects.get(pk=ended.rests_on_id).body)
    assert (ended.decision, ended.decided_by, ended.is_open) == ("go", dana, False)
    event = AuditEvent.objects.get(verb="model.shadow_ended")
    assert (event.actor_name, event.detail["seal"], event.detail["decision"]) == ("dana", ended.seal, "go")


def test_neither_who_asked_for_the_version_nor_an_administrator_signs(dana: User, frank: User) -> None:
    small_model.promoted(member("gina", "approver"))
    trial = start_trial(small_model.examined(seed=1, requested_by=dana), by=dana, reason=WHY)
    reporting.renew(trial)
    for user, why in ((dana, "somebody else has to sign"), (frank, "not a model approver")):
        with pytest.raises(DecisionRefusedError, match=why):
            end_trial(trial, by=user, go=False, reason="It flags too many.")
    assert fresh(trial).is_open


def test_a_go_needs_something_to_rest_on_and_comes_once(trial: ShadowTrial, dana: User) -> None:
    with pytest.raises(DecisionRefusedError, match="no report yet"):
        end_trial(trial, by=dana, go=False, reason="It flags too many.")
    reporting.renew(trial)
    with pytest.raises(DecisionRefusedError, match="Nothing has been scored"):
        end_trial(trial, by=dana, go=True, reason="Ranks agree on every ward.")
    end_trial(trial, by=dana, go=False, reason="It flags too many.")
    with pytest.raises(DecisionRefusedError, match="ended already"):
        end_trial(trial, by=dana, go=False, reason="It flags too many.")


def test_a_rejected_version_ends_its_trial_with_the_reason_and_a_last_report(trial: ShadowTrial, dana: User) -> None:
    releases.reject(trial.version, by=dana, reason="It flags too many.")
    score_in_the_shadow()
    ended = fresh(trial)
    assert (ended.is_open, ended.decision, ended.reports.count()) == (False, "", 1)
    assert "is rejected now" in ended.ended_because


def test_a_change_of_champion_ends_the_trial(trial: ShadowTrial, dana: User, encounter: Encounter) -> None:
    small_model.promoted(dana, seed=2)
    bedside.score(encounter)
    score_in_the_shadow()
    assert "The champion changed: v3 came into office on" in fresh(trial).ended_because
    assert not scores(trial)


def test_what_a_trial_left_behind_is_not_rewritten(trial: ShadowTrial, encounter: Encounter, dana: User) -> None:
    bedside.score(encounter)
    score_in_the_shadow()
    end_trial(trial, by=dana, go=False, reason="It flags too many.")
    with scope_of_the_system():
        for rows, change in (
            (ShadowTrial.objects.all(), {"decision_reason": "other"}),
            (ShadowReport.objects.all(), {"sha256": "0"}),
            (ShadowScore.objects.all(), {"band": "low"}),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(**change)
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.delete()


# --- the report --------------------------------------------------------------------------------------------------------------


def rows_of(n: int = 400, *, noise: float = 0.02, small_ward: int = 5, known: bool = True, seed: int = 3) -> Rows:
    random = np.random.default_rng(seed)
    mine = random.uniform(0.02, 0.6, n)
    its = np.clip(mine + random.normal(0, noise, n), 0.01, 0.95)
    unit = np.where(np.arange(n) < small_ward, 2, 1)
    bands = np.array(["low", "moderate", "high", "very_high"])
    return Rows(
        champion=mine, candidate=its, champion_band=bands[(mine * 4).astype(int)], candidate_band=bands[(its * 4).astype(int)],
        unit=unit, patient=np.arange(n) // 2, on_the_ward=np.arange(n) % 2 == 0, counts=np.full(n, known),
        readmitted=random.random(n) < mine,
    )  # fmt: skip


UNITS = {1: "Cardiology", 2: "Nephrology", 3: "Empty"}


def test_the_same_model_twice_agrees_in_everything() -> None:
    rows = rows_of(noise=0.0)
    report = report_of(rows, units=UNITS, first_ripe=None, draws=20)
    assert report["ranks"] == {"spearman": 1.0, "overlap": 1.0}
    assert report["bands"]["changed"] == report["difference"]["mean_absolute"] == 0
    assert report["outcomes"]["paired"]["auc"] == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_the_report_counts_by_hand() -> None:
    mine, its = np.array([0.9, 0.8, 0.3, 0.2, 0.1]), np.array([0.8, 0.1, 0.5, 0.2, 0.1])
    assert overlap_at_top(mine, its, 0.4) == 0.5
    assert spearman(mine, its) == pytest.approx(5.5 / (10 * 9.5) ** 0.5)
    assert spearman(mine, np.full(5, 0.2)) is None
    assert overlap_at_top(np.array([]), np.array([]), 0.2) is None


def test_a_ward_is_told_at_its_capacity_of_today_and_a_small_one_not_at_all() -> None:
    report = report_of(rows_of(), units=UNITS, first_ripe=None, draws=20)
    large, small = report["wards"]
    assert (small["unit"], small["encounters"], small["overlap"], small["today"]) == ("Nephrology", None, None, None)
    today = large["today"]
    assert today["capacity"] == -(-today["encounters"] // 5)
    assert today["same_on_list"] <= today["capacity"]
    assert 0 < today["champion_flagged"] < today["encounters"]


def test_disagreements_and_bands_are_counts_that_add_up() -> None:
    report = report_of(rows_of(noise=0.1), units=UNITS, first_ripe=None, draws=20)
    assert sum(map(sum, report["bands"]["table"])) == report["encounters"] == 400
    counts = [row["higher"] + row["lower"] for row in report["difference"]["largest"]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 0


def test_ripe_outcomes_judge_both_on_the_same_rows_and_draws() -> None:
    report = report_of(rows_of(2000, noise=0.12), units=UNITS, first_ripe=None, draws=50)["outcomes"]
    assert report["enough"]
    assert report["champion"]["auc"]["value"] > report["candidate"]["auc"]["value"]
    assert report["paired"]["auc"]["high"] < 0
    assert set(report["paired"]) >= {"auc", "recall_top_20", "calibration_slope"}


def test_unripe_outcomes_are_not_yet_known_and_the_day_is_told() -> None:
    day = datetime(2026, 12, 24, 7, tzinfo=UTC)
    report = report_of(rows_of(known=False), units=UNITS, first_ripe=day)["outcomes"]
    assert report == {"known": 0, "events": None, "fewest_events": 30, "next_ripe_on": "2026-12-24", "enough": False}


def test_an_empty_trial_has_a_report_too(trial: ShadowTrial) -> None:
    body = reporting.renew(trial).body
    assert (body["encounters"], body["wards"], body["ranks"]) == (0, [], {"spearman": None, "overlap": None})


def test_only_outcomes_that_ripened_after_the_training_and_the_score_count(trial: ShadowTrial, cardiology: CareUnit) -> None:
    from clinical.models import Outcome  # noqa: PLC0415

    discharged = datetime(2026, 11, 6, tzinfo=UTC)
    now = trial.started_at + timedelta(days=60)
    for ripe_at in (trial.version.trained_at - timedelta(days=1), now - timedelta(days=1), now + timedelta(days=3)):
        encounter = encounter_on(cardiology, discharged_at=discharged)
        bedside.score(encounter)
        with scope_of_the_system():
            Outcome.objects.create(encounter=encounter, matures_at=ripe_at, readmission="within_30", reported_at=now)
    scoring.score_open_trials()
    outcomes = reporting.renew(trial, now=now).body["outcomes"]
    assert (outcomes["known"], outcomes["next_ripe_on"]) == (1, (now + timedelta(days=3)).date().isoformat())


def test_a_report_is_made_often_while_young_and_then_hourly(trial: ShadowTrial) -> None:
    began = trial.started_at
    assert reporting.is_due(trial, new_scores=False, now=began)
    reporting.renew(trial, now=began)
    assert not reporting.is_due(trial, new_scores=True, now=began + timedelta(minutes=4))
    assert reporting.is_due(trial, new_scores=True, now=began + timedelta(minutes=6))
    assert not reporting.is_due(trial, new_scores=False, now=began + timedelta(hours=2))
    assert reporting.is_due(trial, new_scores=False, now=began + timedelta(hours=13))
