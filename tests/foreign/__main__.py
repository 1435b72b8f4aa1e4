"""``python -m tests.foreign PACKAGE ...``: suites of packages, sequential against decorated."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.foreign.package import Package, pinned, unpacked
from tests.foreign.trial import Result, attempt

HEAD = """\
| package | functions | refused | functional | calls taken | tests | differences |
|---|---|---|---|---|---|---|"""


def main() -> int:
    """The exit status: 1 if any test ends otherwise."""
    known = pinned()
    parser = argparse.ArgumentParser(prog="python -m tests.foreign", description=__doc__)
    parser.add_argument("packages", nargs="*", choices=[[], *known], help="all of them by default")
    parser.add_argument("--keep", type=Path, help="a folder for sources and logs; else temporary")
    options = parser.parse_args()
    print(HEAD, flush=True)
    results = [_tried(known[name], options.keep) for name in options.packages or known]
    for result in results:
        _tell(result)
    return 1 if any(result.differences for result in results) else 0


def _tried(package: Package, keep: Path | None) -> Result:
    with tempfile.TemporaryDirectory(prefix="pydron-foreign-") as temporary:
        scratch = Path(temporary) if keep is None else keep / package.name
        folder = scratch / "sources"
        folder.mkdir(parents=True)
        result = attempt(package, unpacked(package, folder), scratch)
    print(result.row(), flush=True)
    return result


def _tell(result: Result) -> None:
    for reason, count in result.refused.items():
        print(f"{result.package.name}: refused {count}: {reason}")
    for difference in result.differences:
        print(f"{result.package.name}: {difference}")


if __name__ == "__main__":
    sys.exit(main())
