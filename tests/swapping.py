"""`python -m tests.swapping SWAPS`: scores encounters and golden rows in threads while the champion changes hands.

Prints what was seen, in JSON: how many swaps, scores and faults there were, and how many answers were of two versions.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinical.models import Encounter
    from predictions.champion import Champion

SCORERS, LOOKERS = 2, 2
ENCOUNTERS = 40


class Swapping:
    """Two versions in turn, and everybody at work meanwhile."""

    def __init__(self, encounters: list[Encounter], champions: dict[int, Champion]) -> None:
        self.encounters, self.champions = encounters, champions
        self.golden = {pk: champion.golden_mean() for pk, champion in champions.items()}
        self.seen: Counter[str] = Counter()
        self.faults: list[str] = []
        self.is_over = threading.Event()

    def run(self, swaps: int) -> dict[str, Any]:
        scorers = [(self.score_patients, part) for part in range(SCORERS)]
        lookers = [(self.look, part) for part in range(LOOKERS)]
        threads = [threading.Thread(target=self.until_over, args=job) for job in (*scorers, *lookers)]
        for thread in threads:
            thread.start()
        try:
            self.swap(swaps)
        finally:
            self.is_over.set()
            for thread in threads:
                thread.join()
        return {**self.seen, "faults": self.faults[:5], "mixed": self.mixed(), "stored": self.stored()}

    def until_over(self, job: Callable[[int, int], None], part: int) -> None:
        from django.db import connection  # noqa: PLC0415  after Django is set up

        turn = 0
        while not self.is_over.is_set():
            try:
                job(part, turn)
            except Exception as error:  # noqa: BLE001  every fault is counted
                self.faults.append(f"{type(error).__name__}: {error}")
            turn += 1
        connection.close()

    def score_patients(self, part: int, turn: int) -> None:
        """The line that the API takes: history, features, champion, factors, stored prediction, worklist, audit."""
        from predictions import scoring  # noqa: PLC0415  as above

        mine = self.encounters[part::SCORERS]
        scoring.score(mine[turn % len(mine)])
        self.seen["scores"] += 1

    def look(self, _part: int, _turn: int) -> None:
        """All that an answer tells of the champion belongs to one version."""
        from predictions import champion  # noqa: PLC0415  as above

        held = champion.current()
        told = self.champions[held.version_id]
        same = (held.artefact_sha256, held.bands, held.feature_schema) == (
            told.artefact_sha256,
            told.bands,
            told.feature_schema,
        )
        if not same or held.golden_mean() != self.golden[held.version_id]:
            self.seen["mixed answers"] += 1
        self.seen["looks"] += 1

    def swap(self, swaps: int) -> None:
        from django.db import transaction  # noqa: PLC0415  as above

        from predictions import champion  # noqa: PLC0415  as above
        from predictions.models import ModelStatus, ModelVersion  # noqa: PLC0415  as above

        pks = sorted(self.champions)
        for number in range(swaps):
            before, after = pks[number % 2], pks[(number + 1) % 2]
            with transaction.atomic():
                ModelVersion.objects.filter(pk=before).update(status=ModelStatus.RETIRED)
                ModelVersion.objects.filter(pk=after).update(status=ModelStatus.CHAMPION)
            if champion.refresh().version_id == after:
                self.seen["swaps"] += 1

    def mixed(self) -> int:
        """Stored scores that are not what the version says that they name, with its interval, parts and band."""
        return self.seen["mixed answers"] + sum(not self.is_of_one_version(row) for row in self.rows())

    def is_of_one_version(self, row: Any) -> bool:
        from clinical.access import scope_of_the_system  # noqa: PLC0415  as above
        from clinical.history import history_of  # noqa: PLC0415  as above
        from predictions import features  # noqa: PLC0415  as above

        champion = self.champions[row.model_version_id]
        with scope_of_the_system():
            history = history_of(row.encounter, as_of=row.as_of)
        said = champion.model.scored(features.build_one(history.columns))
        told = (row.risk_probability, row.risk_low, row.risk_high, row.base_probability, row.factors, row.band)
        probability = float(said.probabilities[0])
        return told == (
            probability, float(said.low[0]), float(said.high[0]), said.base_probability, said.parts[0].tolist(),
            champion.band_of(probability).name.value,
        )  # fmt: skip

    def stored(self) -> dict[str, int]:
        """How many stored scores each version has."""
        return dict(Counter(str(row.model_version_id) for row in self.rows()))

    def rows(self) -> list[Any]:
        from clinical.access import scope_of_the_system  # noqa: PLC0415  as above
        from predictions.models import Prediction  # noqa: PLC0415  as above

        with scope_of_the_system():
            return list(Prediction.objects.select_related("encounter"))


def _main(swaps: int) -> dict[str, Any]:
    import django  # noqa: PLC0415  only when run as a program

    django.setup()
    from predictions import champion  # noqa: PLC0415  after Django is set up
    from predictions.models import ModelVersion  # noqa: PLC0415  as above
    from tests.factories import CareUnitFactory, encounter_on  # noqa: PLC0415  as above

    unit = CareUnitFactory(code="SWAP", name="Swapping")
    encounters = [
        encounter_on(unit, inpatient_stays_prior_year=number % 9, length_of_stay_days=1 + number % 11)
        for number in range(ENCOUNTERS)
    ]
    champions = {version.pk: champion.load(version) for version in ModelVersion.objects.order_by("pk")[:2]}
    champion.watched(lambda: True)  # as in a process with a watch: the swapping thread alone looks at the row
    champion.refresh()
    return Swapping(encounters, champions).run(swaps)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.stdout.write("\n" + json.dumps(_main(int(sys.argv[1]))) + "\n")
