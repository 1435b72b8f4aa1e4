"""What facts about a station mean: no process is started here."""

from __future__ import annotations

from typing import Any

import pytest

from pydron_ng.backends.look import Found
from pydron_ng.backends.station import Station
from pydron_ng.cli.diagnosis import diagnose, size

HERE: dict[str, Any] = {
    "python": "3.11.7",
    "executable": "/usr/bin/python3",
    "machine": "x86_64",
    "cores": 4,
    "memory": 8 << 30,
    "free_memory": 7 << 30,
    "cpu_features": ["avx", "avx2", "fma"],
    "versions": {"numpy": "2.4.6"},
    "missing": [],
    "packages": {},
    "tmp_dir": "/tmp",
    "free_tmp_dir": 9 << 30,
    "free_shm": 4 << 30,
    "limits": {"NOFILE": 1024, "NPROC": 90000},
}


def told(workers: int | None = None, **differing: Any) -> list[str]:
    found = Found(Station("there", None, workers), {**HERE, **differing})
    diagnosis = diagnose(found, HERE, needs=True)
    assert diagnosis.is_fine == (not any(finding.is_problem for finding in diagnosis.findings))
    return [finding.what for finding in diagnosis.findings]


def test_nothing_is_said_of_a_host_like_this_one() -> None:
    assert told() == []


@pytest.mark.parametrize(
    "differing, what",
    [
        ({"cpu_features": ["avx", "fma"]}, "its processor lacks avx2; results could differ in"),
        ({"cpu_features": ["avx", "avx2", "avx512f"]}, "its processor has avx512f and lacks fma;"),
        ({"machine": "aarch64"}, "its processor is aarch64, here it is x86_64; results could"),
        ({"python": "3.11.2"}, "Python is 3.11.2 there, 3.11.7 here"),
        ({"missing": ["numpy"]}, "numpy not installed there"),
        ({"free_tmp_dir": 5 << 20}, "/tmp is nearly full: 5 MB left"),
        ({"free_shm": 1 << 20}, "/dev/shm has only 1 MB left"),
        ({"free_memory": 1 << 29}, "537 MB of memory are free, for 4 workers"),
        ({"workers": 9}, "9 workers share 4 cores"),
        ({"limits": {"AS": 1 << 30}}, "a worker gets 1 GB of memory at most (RLIMIT_AS)"),
        ({"limits": {"CPU": 60}}, "a worker is ended after 60 s of work (RLIMIT_CPU)"),
        ({"limits": {"FSIZE": 1000}}, "files may have 1 kB at most (RLIMIT_FSIZE)"),
        ({"limits": {"NOFILE": 64}}, "64 files may be open at a time (RLIMIT_NOFILE)"),
        ({"limits": {"NPROC": 20}}, "20 processes of the user at most (RLIMIT_NPROC)"),
    ],
)
def test_what_hurts_is_said_in_one_line(differing: dict[str, Any], what: str) -> None:
    [line] = told(**differing)
    assert line.startswith(what)


def test_what_cannot_be_found_out_is_not_complained_about() -> None:
    nothing = dict.fromkeys(("memory", "free_memory", "free_tmp_dir", "free_shm"))
    assert told(**nothing, limits={"AS": 1 << 40}) == []


def test_sizes_are_short() -> None:
    assert [size(n) for n in (7, 7e3, 7e6, 7e9, 7e12)] == ["7 B", "7 kB", "7 MB", "7 GB", "7.0 TB"]
