"""What a program has told, for those who read JSON: objects with names instead of bare tuples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from pydron_ng.runtime.monitor.messages import PoolTold, Told
from pydron_ng.runtime.status import AtWork


def told_as_json(told: Sequence[Told], troubles: Sequence[str]) -> dict[str, Any]:
    """Programs, and why some are not among them; tasks and workers as `pydron kill` names them."""
    return {"programs": [_program(one) for one in told], "troubles": list(troubles)}


def _program(told: Told) -> dict[str, Any]:
    return {**_plain(told), "pools": [_pool(pool) for pool in told.pools]}


def _pool(pool: PoolTold) -> dict[str, Any]:
    workers = [_worker(pool.number, one) for one in pool.status.workers]
    return {"number": pool.number, "kind": pool.kind, **_plain(pool.status), "workers": workers}


def _worker(pool: int, one: AtWork) -> dict[str, Any]:
    tasks = [
        {"id": f"{pool}.{task.task}", "label": task.label, "calls": task.calls}
        for task in one.tasks
    ]
    own = {"id": f"{pool}.{one.info.id}", "tasks": tasks, "seconds": one.seconds}
    return {**_plain(one.info), **own}


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
