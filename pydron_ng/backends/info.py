"""What is known of workers, and of the machines that they are on."""

from __future__ import annotations

from typing import NamedTuple


class HostInfo(NamedTuple):
    """A machine with workers. None: nobody knows.

    name: as in pydron.conf; empty: this machine.
    cores: those that may be used. load: processes that run or would like to, of the last minute.
    memory_bytes, available_bytes: all that there is, and what could still be had.
    cpu_percent: of all cores together, since it was looked at before; 100: no core rests.
    at: when that was so, in seconds since the epoch.
    """

    name: str
    cores: int
    memory_bytes: int | None
    available_bytes: int | None
    load: float | None
    cpu_percent: float | None
    at: float


class WorkerInfo(NamedTuple):
    """A worker. None: nobody knows; rss_bytes and cpu_percent take the package psutil there.

    id: as in ``future.info.worker``. labels: those that pydron.conf gives it.
    pid: on its host; that of the program for threads, as are the next two.
    rss_bytes: memory that its process has. cpu_percent: as of the host; 100: one core.
    sent_bytes, received_bytes: by the program, to it and from it.
    """

    id: int
    labels: tuple[str, ...]
    host: HostInfo
    pid: int
    rss_bytes: int | None
    cpu_percent: float | None
    sent_bytes: int
    received_bytes: int
