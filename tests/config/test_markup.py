"""What the content security policy forbids is not in the templates, and colours reach the contrast that reading needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.environment import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
DOCUMENTS = sorted((ROOT / "templates" / "mlops").glob("*.html"))  # written to a file, which has to stand alone; never served
PAGES = [template for template in TEMPLATES if template not in DOCUMENTS]
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
INLINE = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=|hx-on|javascript:|<style\b|<script(?![^>]*\bsrc=)|hx-vals=.js:", re.IGNORECASE)
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
WORDS_ON = {
    "ink": ("canvas", "surface", "surface-sunken", "surface-hover", "brand-tint"),
    "ink-muted": ("canvas", "surface", "surface-sunken", "surface-hover", "brand-tint"),
    "ink-faint": ("canvas", "surface", "surface-sunken"),
    "ink-link": ("canvas", "surface", "surface-sunken", "surface-hover"),
    "raises": ("surface",),
    "lowers": ("surface",),
    **{f"{name}-ink": (f"{name}-fill",) for name in ("low", "moderate", "high", "very-high", "info", "good", "warn", "bad")},
}
MARKS_ON = {
    "line-strong": ("surface", "canvas"),
    **{f"{name}-edge": (f"{name}-fill", "surface") for name in ("low", "moderate", "high", "very-high")},
}


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_style_or_script(template: Path) -> None:
    assert not INLINE.findall(template.read_text())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_carries_its_style_and_no_script(document: Path) -> None:
    assert set(INLINE.findall(document.read_text())) <= {"<style"}


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_fetches_nothing(style: Path) -> None:
    assert not re.findall(r"url\(|@import|https?:", style.read_text())


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_have_a_contrast_of_4_5_and_marks_of_3(theme: int) -> None:
    colours = {name: pair[theme] for name, *pair in PAIR.findall((ROOT / "static/css/tokens.css").read_text())}
    for needed, uses in ((4.5, WORDS_ON), (3.0, MARKS_ON)):
        for name, grounds in uses.items():
            for ground in grounds:
                assert contrast(colours[name], colours[ground]) >= needed, f"{name} on {ground}"


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, relative luminance."""
    brighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
