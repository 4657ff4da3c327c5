"""The plots that go to the register are whole pictures by themselves."""

from __future__ import annotations

from xml.etree import ElementTree

from mlops.register.pictures import pictures_of
from tests.mlops import appraised


def test_an_appraisal_has_its_curves_as_files_that_parse() -> None:
    pictures = pictures_of(appraised.appraisal(with_champion=True))
    assert {"plots/roc.svg", "plots/decision.svg"} <= set(pictures)
    assert {ElementTree.fromstring(picture).tag for picture in pictures.values()} == {"{http://www.w3.org/2000/svg}svg"}  # noqa: S314  our own bytes


def test_both_models_are_named_below_the_lines() -> None:
    picture = pictures_of(appraised.appraisal(with_champion=True))["plots/roc.svg"].decode()
    assert "1: Candidate" in picture
    assert "2: Champion" in picture


def test_without_an_appraisal_there_is_nothing_to_draw() -> None:
    assert pictures_of({}) == {}
