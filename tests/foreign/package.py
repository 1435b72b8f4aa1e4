"""A package to be tried: which version, where its code is and where its tests."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

_PINS = Path(__file__).with_name("packages.toml")


@dataclass(frozen=True, slots=True)
class Package:
    """One package. root and tests are paths within its sdist."""

    name: str
    version: str
    module: str
    tests: tuple[str, ...]
    root: str = "."


def pinned() -> dict[str, Package]:
    """The packages that packages.toml names."""
    entries = tomllib.loads(_PINS.read_text(encoding="utf-8"))
    return {
        name: Package(name, **{**entry, "tests": tuple(entry["tests"])})
        for name, entry in entries.items()
    }


def unpacked(package: Package, folder: Path) -> Path:
    """Where the sdist was unpacked, below `folder`; pip fetches it from wherever it is told to.

    Raises:
        CalledProcessError: pip could not.
    """
    wanted = f"{package.name}=={package.version}"
    options = ["--quiet", "--no-deps", "--no-binary", package.name, "--dest", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, wanted], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    (inside,) = (path for path in folder.iterdir() if path.is_dir())
    return inside
