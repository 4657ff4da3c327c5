"""The register's row of the file that was validated, found by the file's digest and by nothing else."""

from __future__ import annotations

from mlops.cards.card import Release
from mlops.cards.figures import Found
from predictions.models import ModelVersion


def release_of(found: Found, engine: str) -> Release | None:
    """The newest version with the very file that was validated; figures of another file would be a lie on its card."""
    sha256 = ((found.get("made") or {}).get("artefacts") or {}).get(engine)
    version = ModelVersion.objects.filter(artefact_sha256=sha256).order_by("-number").first() if sha256 else None
    if version is None:
        return None
    return Release(
        model_name=version.name,
        version=str(version),
        stage=str(version.get_status_display()),
        trained_on=f"{version.trained_at:%-d %B %Y}",
        promoted=f"{version.promoted_at:%-d %B %Y} by {version.promoted_by}" if version.promoted_at else "",
    )
