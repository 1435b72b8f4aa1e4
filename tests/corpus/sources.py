"""The source distributions that the programs come in, downloaded with pip and unpacked."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.corpus.sample import Sample

#: Kept between runs; delete it to download anew.
FOLDER = Path(tempfile.gettempdir(), "pydron_ng-corpus")


def unpacked(sample: Sample) -> Path:
    """The folder of the sample's source distribution."""
    folder = FOLDER / f"{sample.package}-{sample.version}"
    if not folder.exists():
        archives = FOLDER / "archives"
        wanted = f"{sample.package}=={sample.version}"
        _pip("download", "--no-deps", "--no-binary", ":all:", "--dest", str(archives), wanted)
        archive = next(archives.glob(f"{sample.package}-{sample.version}.tar.gz"))
        with tarfile.open(archive) as tar, tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
            tar.extractall(scratch, filter="data")
            shutil.move(next(Path(scratch).iterdir()), folder)
    return folder


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)
