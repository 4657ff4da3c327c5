"""`python -m predictions.canary SHA256 SCHEMA`: read a model's file where a hostile one can hurt nobody, and say what it did.

The bytes come on standard input, a verdict in JSON goes to standard output. The process knows no database, no secret and
no patient, may write no file, and has little memory and time. Everything that loads a model elsewhere is tried here:
every check of the file, the golden rows, an explained score with its interval.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY_BYTES = 3 << 30  # of addresses: the numeric libraries alone claim 1.4 GB of them, and hold a quarter of a GB
CPU_SECONDS = 60


def main() -> int:
    """Read, try, tell."""
    sha256, feature_schema = sys.argv[1:]
    _bind_hands()
    sys.stdout.write(json.dumps(_verdict(sys.stdin.buffer.read(), sha256=sha256, feature_schema=feature_schema)))
    return 0


def _bind_hands() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(limit)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (least, least))


def _verdict(data: bytes, *, sha256: str, feature_schema: str) -> dict[str, str]:
    from predictions.engines.artefact import unpack  # noqa: PLC0415  once this process is bound
    from predictions.errors import PredictionError  # noqa: PLC0415  as above
    from predictions.features.golden import golden_matrix  # noqa: PLC0415  as above

    try:
        model = unpack(data, sha256=sha256, feature_schema=feature_schema)
        model.scored(golden_matrix())
    except PredictionError as refused:
        return {"error": type(refused).__name__, "reason": str(refused)}
    return {"error": ""}


if __name__ == "__main__":
    sys.exit(main())
