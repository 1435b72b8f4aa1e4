"""Whether a process of an engine is one that calls can be sent to."""

from __future__ import annotations

import platform

from pydron_ng.backends.engines.engine import Refused
from pydron_ng.backends.engines.log import OWN
from pydron_ng.backends.engines.orders import Facts
from pydron_ng.backends.imports import versions_of
from pydron_ng.backends.remote.packages import Versions, differing, distribution, in_words
from pydron_ng.log import log


class Greeting:
    """Looks at each process that workers come from; what is merely good to know is said once."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._told: set[str] = set()

    def check(self, facts: Facts) -> Refused | None:
        """Why it cannot be used."""
        here = platform.python_version()
        if _minor(facts.python) != _minor(here):
            why = f"Python is {facts.python} at {facts.host}, and {here} here"
            return Refused(why, "start the engine, or the program, with the other one's Python")
        ours = versions_of(facts.versions)
        if facts.versions.get(OWN) != ours.get(OWN):
            why = f"{OWN} is {facts.versions[OWN]} at {facts.host}, {ours[OWN]} here"
            return Refused(why, f"run there: pip install {distribution(OWN)}")
        self._compare(ours, facts.versions)
        return None

    def _compare(self, here: Versions, there: Versions) -> None:
        others = differing(here, there)
        if not self._told.issuperset(others):
            self._told.update(others)
            same = " ".join(distribution(name) for name in others)
            text = "%s: %s; results may differ\n  try: run there: pip install %s"
            log().warning(text, self._engine, in_words(others), same)


def _minor(version: str) -> list[str]:
    return version.split(".")[:2]
