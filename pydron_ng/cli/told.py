"""How programs and their workers look on a terminal of 80 columns."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pydron_ng.backends.info import WorkerInfo
from pydron_ng.cli.diagnosis import size
from pydron_ng.observe.records.duration import duration
from pydron_ng.runtime.monitor.messages import PoolTold, Told
from pydron_ng.runtime.status import AtWork, Status
from pydron_ng.runtime.tally import Failure

_MOST_FAILURES = 3
_HERE = "here"


def screen(told: Sequence[Told], troubles: Sequence[str]) -> Group:
    """All of it: each program with its pools, then those that do not answer."""
    blocks = [block for one in told for block in _program(one)]
    return Group(*blocks, *(Text(printable(trouble), style="yellow") for trouble in troubles))


def console() -> Console:
    """Standard output; texts are shown as they are."""
    return Console(highlight=False)


def printable(text: str) -> str:
    """Labels and messages are the program's: nothing in them gives orders to a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _program(told: Told) -> Iterator[RenderableType]:
    head = Text(printable(told.name), style="bold")
    yield head.append(f"  {told.pid}, for {_seconds(time.time() - told.since)}", style="not bold")
    for pool in told.pools:
        yield Padding(Group(*_pool(pool)), (0, 0, 0, 2))
    yield Text()


def _pool(pool: PoolTold) -> Iterator[RenderableType]:
    status = pool.status
    yield Text(f"{pool.kind} {pool.number}: {_counts(status)}")
    if status.workers:
        yield _table(pool)
    for name in dict.fromkeys(one.info.host.name for one in status.workers):
        infos = [one.info for one in status.workers if one.info.host.name == name]
        yield Text(_host(infos), style="dim")
    yield from (_failure(one) for one in status.failures[-_MOST_FAILURES:])


def _counts(status: Status) -> str:
    counted = [
        f"{status.running} running",
        f"{status.waiting} waiting",
        f"{status.done} done",
        f"{status.failed} failed",
    ]
    return f"{', '.join(counted)}, {status.per_second:.3g} a second"


def _table(pool: PoolTold) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    table.add_column("worker", no_wrap=True)
    table.add_column("host", no_wrap=True, max_width=16)
    for name in ("pid", "CPU", "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("task", no_wrap=True)
    table.add_column("does", no_wrap=True, ratio=1)
    table.add_column("for", justify="right", no_wrap=True)
    for one in pool.status.workers:
        for row in _rows(pool.number, one):
            table.add_row(*map(Text, row))
    return table


def _rows(pool: int, one: AtWork) -> Iterator[Sequence[str]]:
    info = one.info
    memory = "" if info.rss_bytes is None else size(info.rss_bytes)
    host = printable(" ".join([info.host.name or _HERE, *info.labels]))
    first = [f"{pool}.{info.id}", host, str(info.pid), _percent(info.cpu_percent), memory]
    if not one.tasks:
        yield [*first, "", "", ""]
    for task in one.tasks:
        yield [*first, f"{pool}.{task.task}", printable(task.label), _seconds(one.seconds)]
        first = [""] * len(first)


def _host(infos: Sequence[WorkerInfo]) -> str:
    """What is to be said of the machine of these."""
    host = infos[-1].host
    said = [f"{host.cores} core{'' if host.cores == 1 else 's'}"]
    if host.cpu_percent is not None:
        said.append(f"{_percent(host.cpu_percent)} of them at work")
    if host.load is not None:
        said.append(f"load {host.load:.3g}")
    if host.available_bytes is not None and host.memory_bytes is not None:
        said.append(f"{size(host.available_bytes)} of {size(host.memory_bytes)} free")
    if there := sum(info.sent_bytes for info in infos):
        said.append(f"sent {size(there)}, back {size(sum(i.received_bytes for i in infos))}")
    return f"{printable(host.name) or _HERE}: {', '.join(said)}"


def _failure(failure: Failure) -> Text:
    at = time.strftime("%H:%M:%S", time.localtime(failure.at))
    text = Text(f"{at} {printable(failure.label)}: {printable(failure.why)}", style="red")
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0f} %"


def _seconds(seconds: float) -> str:
    return duration(max(0.0, seconds))
