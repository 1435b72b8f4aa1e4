"""A module that a package imports when it is first used changes no function."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import numpy as np
from pydron_ng.values.digest import digest_of
from pydron_ng.values.library import Library

def draw(seed):
    return np.random.default_rng(seed).random()

before = digest_of(draw, Library())
draw(0)
print(digest_of(draw, Library()) == before)
"""


def test_a_functions_digest_stays_when_a_package_has_loaded_a_part_of_itself() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "True\n"
