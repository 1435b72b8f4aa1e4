"""What ``Pool(4, "ssh://me@maxi/8", "node://mini:7733/4")`` asks for, as pydron.conf would."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from pydron_ng.errors import ConfigError

#: The variable that names the file with the token of nodes.
TOKEN_FILE = "PYDRON_NODE_TOKEN_FILE"  # noqa: S105  a name


def workers_from(places: Sequence[int | str]) -> list[dict[str, Any]]:
    """The workers of a configuration: numbers are processes here, texts hosts.

    Raises: ConfigError.
    """
    return [_worker(place) for place in places]


def host_of(place: str) -> str:
    """The name of the host that ``ssh://me@maxi:22/8`` asks for, as its workers have it."""
    return re.sub(r"/[0-9]+$", "", place)


def _worker(place: int | str) -> dict[str, Any]:
    if isinstance(place, str) and place.startswith("ssh://"):
        return {"type": "ssh", "hosts": [place]}
    if isinstance(place, str) and place.startswith("node://"):
        return {"type": "node", "hosts": [place], "token_file": _token_file(place)}
    if type(place) is int and place > 0:
        return {"type": "multicore", "cores": place}
    raise ConfigError(
        "Pool() takes numbers of processes and hosts such as 'ssh://me@node1/8' and"
        f" 'node://node1:7733/8', not {place!r}; all else goes into config={{'workers': [...]}}"
    )


def _token_file(place: str) -> str:
    """Raises: ConfigError."""
    if not (file := os.environ.get(TOKEN_FILE)):
        raise ConfigError(f"{place}: ${TOKEN_FILE} is to name the file with the node's token")
    return file
