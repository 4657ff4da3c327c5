"""Which cohort the demonstration shows: the real data set where it can be found or fetched, else none (synthetic)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from config.environment import ROOT, VAR, ConfigurationError

PLACES = (ROOT / "data", ROOT / "shared" / "data", ROOT.parent / "shared" / "data", VAR / "downloads")
FILE_NAME = "diabetes130.zip"


def choose_data() -> Path | None:
    """The path of the data set, downloaded if need be; None where there is none to be had."""
    named = os.environ.get("WARDLIGHT_DATASET")
    if named:
        if not Path(named).is_file():
            msg = f"wardlight: WARDLIGHT_DATASET is {named}, and there is no such file."
            raise ConfigurationError(msg)
        return Path(named)
    return next((place / FILE_NAME for place in PLACES if (place / FILE_NAME).is_file()), None) or _downloaded()


def _downloaded() -> Path | None:
    from clinical.diabetes130.download import download_dataset  # noqa: PLC0415  needed on this path alone
    from clinical.errors import ClinicalError  # noqa: PLC0415  as above

    sys.stdout.write("The UCI data set is not on this machine; asking the UCI archive for it.\n")
    try:
        return download_dataset(VAR / "downloads" / FILE_NAME)
    except ClinicalError as refused:
        sys.stdout.write(f"{refused}\nShowing a synthetic cohort instead; every page says so.\n")
        return None
