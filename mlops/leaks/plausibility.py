"""A figure that is too good: on this data set, all honest models lie within a hundredth of each other below the limit."""

from __future__ import annotations

from collections.abc import Mapping

from mlops.leaks.verdict import Verdict

NAME = "implausible_auc"
LIMIT = 0.72


def implausible_auc(aucs: Mapping[str, float]) -> Verdict:
    """The best of the engines."""
    best = max(aucs, key=lambda name: aucs[name])
    return Verdict(
        NAME,
        f"No engine has an AUC above {LIMIT:.2f}: what is above is a leak until proved otherwise.",
        aucs[best] <= LIMIT,
        f"The highest is {best} with {aucs[best]:.4f}.",
    )
