"""The peers, in the order of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """adapter: the module in `adapters`; requirements: none means the interpreter in use."""

    name: str
    adapter: str
    requirements: tuple[str, ...] = ()


OURS = "pydron_ng"
PLAIN = "plain"

PEERS = (
    Entry(PLAIN, "plain"),
    Entry(OURS, "pydron_ng"),
    Entry("ProcessPool", "executor"),
    Entry("mp.Pool", "pool"),
    Entry("joblib", "joblib", ("joblib", "numpy")),
    Entry("mpire", "mpire", ("mpire", "numpy")),
    Entry("distex", "distex", ("distex", "numpy")),
    Entry("deco", "deco", ("deco", "numpy")),
    Entry("Ray", "ray", ("ray", "numpy")),
    Entry("dask", "dask", ("distributed", "numpy")),
)

#: What draws the picture; not needed for the table.
PICTURE = Entry("picture", "", ("matplotlib",))
