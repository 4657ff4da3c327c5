"""What SageMaker does with an image, done here: its folders are filled, and `train` is started as a container would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from config.environment import ROOT
from mlops import aws


def filled(root: Path, *, channels: Sequence[Mapping[str, Any]], parameters: Mapping[str, str]) -> None:
    """The channels' objects and the hyper-parameters, as files."""
    for channel in channels:
        copied = aws.Bucket(channel["DataSource"]["S3DataSource"]["S3Uri"])
        folder = root / "input" / "data" / channel["ChannelName"]
        folder.mkdir(parents=True)
        for key in copied.listed():
            (folder / key).write_bytes(copied.get(key) or b"")
    (root / "input" / "config").mkdir()
    (root / "input" / "config" / "hyperparameters.json").write_text(json.dumps(dict(parameters)))


def started_in(root: Path) -> subprocess.CompletedProcess[str]:
    """With the libraries of this environment, and with no settings, no database and no secret."""
    path = f"{Path(sys.executable).parent}:{ROOT / 'deploy' / 'sagemaker'}:{os.environ['PATH']}"
    environment = {"PATH": path, "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "WARDLIGHT_CONTAINER": str(root)}
    return subprocess.run(
        ["/usr/bin/env", "train"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )  # fmt: skip
