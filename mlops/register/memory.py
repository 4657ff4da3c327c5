"""A register in this process's memory: for tests, and as the shortest description of what a register does."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlops.errors import RegisterRefusedError
from mlops.register.base import Registered, RunRecord, VersionRecord


@dataclass
class MemoryRegister:
    """See the module."""

    runs: dict[str, RunRecord] = field(default_factory=dict)
    kept: dict[str, list[VersionRecord]] = field(default_factory=dict)
    pointed: dict[str, dict[str, str]] = field(default_factory=dict)

    def record_run(self, record: RunRecord) -> str:
        self.runs.setdefault(record.public_id, record)
        return f"run-{record.public_id}"

    def register_version(self, record: VersionRecord) -> str:
        known = self.versions(record.name).get(record.public_id)
        if known is not None:
            return known.registered_as
        self.kept.setdefault(record.name, []).append(record)
        return str(len(self.kept[record.name]))

    def versions(self, name: str) -> dict[str, Registered]:
        kept = enumerate(self.kept.get(name, []), start=1)
        return {record.public_id: Registered(str(place), record.sha256) for place, record in kept}

    def aliases(self, name: str) -> dict[str, str]:
        return dict(self.pointed.get(name, {}))

    def point(self, *, name: str, alias: str, registered_as: str) -> None:
        if registered_as not in {known.registered_as for known in self.versions(name).values()}:
            msg = f"The register has no version {registered_as} of {name}."
            raise RegisterRefusedError(msg)
        self.pointed.setdefault(name, {})[alias] = registered_as

    def unpoint(self, *, name: str, alias: str) -> None:
        self.pointed.get(name, {}).pop(alias, None)
