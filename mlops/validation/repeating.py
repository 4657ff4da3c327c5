"""The spread over further seeds: another split, another fit, and the reference settings on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mlops import datasets
from mlops.datasets import Dataset, Protocol
from mlops.evaluation import auc, patient_draws
from mlops.validation.baselines import reference
from mlops.validation.fitting import fit
from mlops.validation.measuring import paired_difference
from mlops.validation.result import Repeat, Repeats

STEPS_BESIDE_FITS = 1


def repeated(
    path: Path, *, protocol: Protocol, seeds: range, engines: tuple[str, ...], draws: int, on_step: Callable[[], object]
) -> dict[str, Repeats] | None:
    """For each engine, what each seed gives; None where no seed is asked for."""
    if not seeds:
        return None
    found: dict[str, list[Repeat]] = {name: [] for name in engines}
    for seed in seeds:
        dataset = datasets.from_file(path, protocol=protocol, seed=seed)
        on_step()
        for name, repeat in _once_more(dataset, engines, draws=draws, on_step=on_step):
            found[name].append(repeat)
    return {name: Repeats(tuple(repeats)) for name, repeats in found.items()}


def _once_more(
    dataset: Dataset, engines: tuple[str, ...], *, draws: int, on_step: Callable[[], object]
) -> Iterator[tuple[str, Repeat]]:
    training, held_out, seed = dataset.training, dataset.held_out, dataset.seed
    readmitted, drawn = held_out.readmitted, patient_draws(held_out.patients, seed=seed, draws=draws)
    theirs = reference(training.table, training.readmitted, held_out.table, seed=seed)
    for name in engines:
        ours = fit(name, dataset, seed=seed, on_fit=on_step, with_spread=False).scores
        difference = paired_difference(ours, theirs, readmitted, drawn)
        yield name, Repeat(seed, auc(ours, readmitted), auc(theirs, readmitted), difference)
