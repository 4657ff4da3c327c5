"""The source of the training script as one archive: the same files make the same bytes, so that its digest names it."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from pathlib import Path

PACKAGES = ("clinical", "predictions", "mlops")
_SUFFIXES = {".py", ".json"}


def archive(root: Path) -> bytes:
    """A tar.gz of the packages that training imports, without tests, data, or anything that is not ours to send."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for path in _files(root):
            data = (root / path).read_bytes()
            entry = tarfile.TarInfo(path)  # of nobody, at no time
            entry.size, entry.mode = len(data), 0o644
            tar.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _files(root: Path) -> list[str]:
    """What git tracks; in an image, which carries no history, what was built into it."""
    there = _tracked(root)
    if there is None:
        there = [str(path.relative_to(root)) for name in PACKAGES for path in (root / name).rglob("*")]
    return sorted({path for path in there if Path(path).suffix in _SUFFIXES and (root / path).is_file()})


def _tracked(root: Path) -> list[str] | None:
    if not (root / ".git").exists():
        return None
    listed = subprocess.run(  # noqa: S603  git and our own names
        ["git", "ls-files", "-z", "--", *PACKAGES],  # noqa: S607  git is wherever it was installed
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [path for path in listed.stdout.split("\0") if path] if listed.returncode == 0 else None
