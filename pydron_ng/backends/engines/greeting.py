"""What is merely good to know of a process of an engine: its packages, if they differ from ours."""

from __future__ import annotations

from pydron_ng.backends.engines.orders import Facts
from pydron_ng.backends.imports import versions_of
from pydron_ng.backends.remote.packages import differing, distribution, in_words
from pydron_ng.log import log


class Greeting:
    """Looks at each process that workers come from, and says each thing once."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._told: set[str] = set()

    def look_at(self, facts: Facts) -> None:
        others = differing(versions_of(facts.versions), facts.versions)
        if not self._told.issuperset(others):
            self._told.update(others)
            same = " ".join(distribution(name) for name in others)
            text = "%s: %s; results may differ\n  try: run there: pip install %s"
            log().warning(text, self._engine, in_words(others), same)
