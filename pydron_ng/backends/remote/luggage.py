"""What travels to a host that has nothing but Python: our package, and cloudpickle.

All of it: modules of the user's may import any part.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydron_ng import backends


class Luggage(NamedTuple):
    """Files by the name that they have there, and a digest of all of them."""

    files: tuple[tuple[str, bytes], ...]
    digest: str

    def parcel(self) -> bytes:
        """As one zip archive."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files:
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return packed.getvalue()


def pack() -> Luggage:
    """What a host needs to be a worker."""
    import cloudpickle

    ours, cloudpickles = Path(backends.__file__).parents[1], Path(cloudpickle.__file__).parent
    files = tuple(sorted([*_files_in(ours), *_files_in(cloudpickles)]))
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return Luggage(files, digest.hexdigest()[:32])


def _files_in(package: Path) -> Iterator[tuple[str, bytes]]:
    for path in package.rglob("*.*"):
        if path.suffix == ".pyc" or not path.is_file():
            continue
        yield (package.name / path.relative_to(package)).as_posix(), path.read_bytes()
