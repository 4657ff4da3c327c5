from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from mlops.errors import GateProfileMissingError, GateProfileRefusedError
from mlops.gates.judging import Judged, MeasuredGroup, Verdict, judge
from mlops.gates.profile import FILE, Profile, profile_called, profiles_from

GOOD = {
    "auc": 0.69, "auc_difference": 0.0, "brier_skill": 0.06, "calibration_slope": 1.0, "calibration_in_the_large": 0.0,
    "recall_top_20": 0.41, "additivity_error": 1e-8, "golden_error": 5e-10, "card_complete": 1.0,
}  # fmt: skip
GROUPS = (
    MeasuredGroup("sex: female", 1_200, 0.69), MeasuredGroup("age: 80 and over", 460, 0.64),
    MeasuredGroup("race: asian", 10, 0.31), MeasuredGroup("payer: PO", None, None),
)  # fmt: skip


def judged(name: str = "default", *, has_champion: bool = True, groups: Any = GROUPS, **measured: float | None) -> Verdict:
    return judge(profile_called(name), {**GOOD, **measured}, has_champion=has_champion, groups=groups)


def clause(verdict: Verdict, name: str) -> Judged:
    return next(clause for clause in verdict.clauses if clause.name == name)


def raw() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(FILE.read_text())
    return told


def test_what_is_good_enough_passes_every_clause() -> None:
    assert judged().passed
    assert len(judged().clauses) == 9


@pytest.mark.parametrize(
    ("name", "last_that_passes", "first_that_fails"),
    [
        ("auc_difference", -0.01, -0.0101),
        ("brier_skill", 0.0501, 0.05),
        ("calibration_slope", 0.9, 0.899),
        ("calibration_slope", 1.1, 1.101),
        ("calibration_in_the_large", 0.0999, 0.1),
        ("calibration_in_the_large", -0.0999, -0.1),
        ("recall_top_20", 0.4, 0.399),
        ("additivity_error", 1e-5, 2e-5),
        ("golden_error", 1e-5, 2e-5),
        ("card_complete", 1.0, 0.99),
    ],
)
def test_the_default_profiles_bounds_are_the_designs(name: str, last_that_passes: float, first_that_fails: float) -> None:
    assert judged(**{name: last_that_passes}).passed
    assert [failed.name for failed in judged(**{name: first_that_fails}).failed] == [name]


@pytest.mark.parametrize("name", [name for name in GOOD if name != "auc"])
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_what_was_not_measured_fails(name: str, value: float | None) -> None:
    failed = judged(**{name: value}).failed
    assert [(clause.name, clause.value, clause.note) for clause in failed] == [(name, None, "was not measured")]


def test_a_profile_without_any_measure_fails_in_every_clause() -> None:
    verdict = judge(profile_called("default"), {}, has_champion=True, groups=())
    assert not any(clause.passed for clause in verdict.clauses)


def test_a_first_version_is_not_asked_to_be_as_good_as_a_champion_that_there_is_not() -> None:
    verdict = judged(has_champion=False, auc_difference=None)
    told = clause(verdict, "auc_difference")
    assert (verdict.passed, told.applies, told.note) == (True, False, "does not apply: there is no champion")


def test_what_makes_the_comparison_unfair_is_said_with_it_and_excuses_nothing() -> None:
    worse = {**GOOD, "auc_difference": -0.03}
    verdict = judge(profile_called("default"), worse, has_champion=True, groups=GROUPS, caution="it has seen them")
    told = clause(verdict, "auc_difference")
    assert (told.passed, told.note) == (False, "it has seen them")
    assert clause(verdict, "brier_skill").note == ""


def test_the_worst_subgroup_that_is_large_enough_is_named() -> None:
    told = clause(judged(), "subgroup_auc")
    assert (told.value, told.bounds, told.passed) == (0.64, (0.6,), True)
    assert told.note.startswith("age: 80 and over; 2 subgroups with at least 100")
    low = (*GROUPS, MeasuredGroup("payer: MD", 100, 0.59))
    assert clause(judged(groups=low), "subgroup_auc").note.startswith("payer: MD")
    assert [failed.name for failed in judged(groups=low).failed] == ["subgroup_auc"]


def test_a_large_subgroup_without_a_figure_fails_by_name() -> None:
    told = clause(judged(groups=(*GROUPS, MeasuredGroup("sex: male", 900, None))), "subgroup_auc")
    assert (told.passed, told.note) == (False, "sex: male was not measured")


def test_small_subgroups_alone_neither_pass_nor_fail_anything_but_none_at_all_fails() -> None:
    small = clause(judged(groups=GROUPS[2:]), "subgroup_auc")
    assert (small.passed, small.applies) == (True, False)
    assert not clause(judged(groups=()), "subgroup_auc").passed


def test_a_subgroup_may_have_a_floor_of_its_own_and_the_one_furthest_below_its_own_is_named() -> None:
    told = raw()
    told["default"]["floors"]["of_groups"] = {"sex: female": 0.7}
    verdict = judge(profiles_from(told)["default"], GOOD, has_champion=True, groups=GROUPS)
    worst = clause(verdict, "subgroup_auc")
    assert (worst.passed, worst.value, worst.bounds) == (False, 0.69, (0.7,))
    assert worst.note.startswith("sex: female")


def test_strict_is_the_default_and_an_auc_that_no_honest_model_reaches() -> None:
    assert [failed.name for failed in judged("strict").failed] == ["auc"]
    assert not judged("strict", auc=0.75).passed
    assert judged("strict", auc=0.7501).passed
    names = [clause.name for clause in profile_called("strict").clauses]
    assert names == [*(clause.name for clause in profile_called("default").clauses), "auc"]


def test_the_demonstrations_profile_says_that_it_is_not_for_patients() -> None:
    assert "Not for patients" in profile_called("demonstration").description
    assert judged("demonstration", brier_skill=0.01, calibration_slope=0.6).passed


def test_a_verdict_is_plain_json_with_value_bound_and_direction() -> None:
    told = json.loads(json.dumps(judged(brier_skill=0.01).as_json()))
    found = next(one for one in told["clauses"] if one["name"] == "brier_skill")
    assert (told["profile"], told["passed"]) == ("default", False)
    assert found | {
        "value": 0.01, "direction": "above", "bounds": [0.05], "bound": "0.05", "label": "Brier skill", "passed": False,
    } == found  # fmt: skip


def test_a_profile_that_there_is_not_is_named() -> None:
    with pytest.raises(GateProfileMissingError, match="called 'none'; there are default, strict, demonstration"):
        profile_called("none")


BROKEN: dict[str, Callable[[dict[str, Any]], object]] = {
    "direction": lambda told: told["clauses"][0].update(direction="sideways"),
    "bound": lambda told: told["clauses"][0].update(bounds=[float("nan")]),
    "too few bounds": lambda told: told["clauses"][0].update(direction="within", bounds=[0.1]),
    "swapped": lambda told: told["clauses"][0].update(direction="within", bounds=[1.1, 0.9]),
    "text": lambda told: told["clauses"][0].update(bounds=["a lot"]),
    "twice": lambda told: told["clauses"].append(told["clauses"][0]),
    "unknown word": lambda told: told.update(clause=[]),
    "no floors": lambda told: told.pop("floors"),
    "unknown base": lambda told: told.update(extends="nothing"),
    "no clauses": lambda told: told.update(clauses=[]),
}


@pytest.mark.parametrize("change", BROKEN)
def test_a_profile_that_cannot_be_meant_is_refused_by_name(change: str) -> None:
    told = deepcopy(raw())
    BROKEN[change](told["default"])
    with pytest.raises(GateProfileRefusedError, match="gate profile 'default' cannot be read"):
        profiles_from(told)


def test_profiles_that_are_no_object_are_refused() -> None:
    with pytest.raises(GateProfileRefusedError):
        profiles_from([])


def test_every_profile_reads_as_a_profile() -> None:
    assert all(isinstance(found, Profile) and found.description for found in profiles_from(raw()).values())
