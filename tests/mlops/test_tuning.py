from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mlops.errors import StudyRefusedError
from mlops.tuning.spaces import SPACES
from mlops.tuning.study import _alone, _ask_for, _begin, tune
from mlops.tuning.trials import opened
from predictions.engines.linear import LinearParameters
from predictions.engines.registry import ENGINES, engine_called
from tests import small_model


def tuned(file: Path, *, trials: int, jobs: int = 1, engine: str = "linear") -> list[int]:
    """How many trials were there, and then one for each that was made."""
    told: list[int] = []
    outcome = tune(small_model.dataset(), engine=engine, file=file, trials=trials, jobs=jobs, on_trial=told.append)
    assert outcome.whole + outcome.given_up == trials
    assert sum(outcome.best.aucs) >= sum(outcome.default.aucs)
    assert outcome.default.parameters["strength"] == LinearParameters().strength
    return told


def test_a_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "study"
    assert tuned(file, trials=2) == [0, 1, 1]
    assert tuned(file, trials=4, jobs=2) == [2, 1, 1]
    assert tuned(file, trials=4) == [4]
    searched = [trial.params for trial in opened(file, seed=0).get_trials()]
    assert len({tuple(parameters.values()) for parameters in searched}) == 4


def test_what_a_killed_command_left_running_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "study"
    tuned(file, trials=1)
    killed = opened(file, seed=0)
    _ask_for(killed, {"strength": 0.5, "fewest_rows": 33})
    killed.ask()
    assert tuned(file, trials=2) == [1, 1]
    assert opened(file, seed=0).get_trials()[-1].params == {"strength": 0.5, "fewest_rows": 33}


def test_a_study_of_another_learner_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "study"
    tuned(file, trials=1)
    with pytest.raises(StudyRefusedError, match="another engine: linear, not boosted"):
        tune(small_model.dataset(), engine="boosted", file=file, trials=2, jobs=1)


def test_two_commands_do_not_share_a_study(tmp_path: Path) -> None:
    file = tmp_path / "study"
    with _alone(file), pytest.raises(StudyRefusedError, match="Another command"):
        tune(small_model.dataset(), engine="linear", file=file, trials=1, jobs=1)


def test_every_learner_has_a_space_that_holds_its_defaults(tmp_path: Path) -> None:
    assert SPACES.keys() == set(ENGINES)
    for engine, space in SPACES.items():
        defaults = engine_called(engine)().parameters
        for name, place in space.items():
            value = defaults[name]
            assert type(value) is type(place.least) is type(place.most)
            assert not isinstance(value, str)
            assert place.least <= value <= place.most
        study = opened(tmp_path / engine, seed=0)
        _begin(study, engine)
        assert len(study.get_trials()) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "cannot be read"),
        ("[1]", "not an object"),
        ('{"leaves": 3}', "no parameter 'leaves'"),
        ('{"trees": "many"}', "'many', which is no int"),
    ],
)
def test_parameters_that_a_learner_does_not_have_are_refused_before_anything_is_read(
    tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "parameters.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=words):
        call_command("train_model", source="file", dataset=tmp_path / "nowhere.zip", parameters=file)
