"""What the facts about a station mean for a program: decided here, found elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydron_ng.backends.look import Found
from pydron_ng.backends.remote.packages import differing, in_words, unmet_by

Facts = Mapping[str, Any]

_LITTLE_DISK_BYTES = 200 << 20
_LITTLE_SHM_BYTES = 64 << 20
_LITTLE_MEMORY_BYTES = 256 << 20  # for each worker
_FEW_FILES = 256
_THOUSAND = 1000


class Finding(NamedTuple):
    """is_problem: something would not work; else it is good to know."""

    is_problem: bool
    what: str
    way_out: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A station, what was found there, and what that means."""

    found: Found
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_fine(self) -> bool:
        return not any(finding.is_problem for finding in self.findings)


def diagnose(found: Found, here: Facts, *, needs: bool) -> Diagnosis:
    """here: the facts about the program's own machine. needs: it imports all that was asked for."""
    findings = [*_troubles(found)]
    if (facts := found.facts) is not None:
        findings += [
            *_packages(found, facts, here, needs),
            *_processor(facts, here),
            *_room(found, facts),
            *_limits(found, facts),
        ]
    return Diagnosis(found, findings)


def _troubles(found: Found) -> Iterator[Finding]:
    if found.trouble:
        yield Finding(True, found.trouble, found.way_out)
    elif found.facts is None:
        yield Finding(False, "not looked at", found.way_out)


def _packages(found: Found, facts: Facts, here: Facts, needs: bool) -> Iterator[Finding]:
    pip = f"run there: {facts['executable']} -m pip install"
    if unmet := unmet_by(facts["packages"], found.station.requirements):
        what = f"it does not have what is required: {', '.join(unmet)}"
        yield Finding(True, what, f"{pip} {' '.join(map(repr, unmet))}")
    if missing := sorted(set(facts["missing"]) - set(here["missing"])):
        what = f"{', '.join(missing)} not installed there; calls that need it cannot go there"
        yield Finding(needs, what, f"{pip} {_pinned(missing, here)}")
    if others := differing(here["versions"], facts["versions"]):
        is_strict = found.station.versions == "strict"
        what = f"{in_words(others)}; {'refused' if is_strict else 'results may differ'}"
        yield Finding(is_strict, what, f"{pip} {_pinned(others, here)}")
    if facts["python"] != here["python"]:
        yield Finding(False, f"Python is {facts['python']} there, {here['python']} here")


def _pinned(modules: Any, here: Facts) -> str:
    versions = here["versions"]
    return " ".join(f"{name}=={versions[name]}" if versions[name] else name for name in modules)


def _processor(facts: Facts, here: Facts) -> Iterator[Finding]:
    if facts["machine"] != here["machine"]:
        yield Finding(
            False,
            f"its processor is {facts['machine']}, here it is {here['machine']}; "
            "results could differ in the last bit",
        )
        return
    there, ours = set(facts["cpu_features"]), set(here["cpu_features"])
    told = [f"has {_few(there - ours)}"] if there - ours else []
    told += [f"lacks {_few(ours - there)}"] if ours - there else []
    if told:
        what = f"its processor {' and '.join(told)}; results could differ in the last bit"
        yield Finding(False, what)


def _few(names: set[str]) -> str:
    first = sorted(names)[:6]
    more = len(names) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")


def _room(found: Found, facts: Facts) -> Iterator[Finding]:
    free = facts["free_tmp_dir"]
    if free is not None and free < _LITTLE_DISK_BYTES:
        way_out = 'make room there, or name another directory as "tmp_dir"'
        yield Finding(False, f"{facts['tmp_dir']} is nearly full: {size(free)} left", way_out)
    shm = facts["free_shm"]
    if shm is not None and shm < _LITTLE_SHM_BYTES:
        yield Finding(False, f"/dev/shm has only {size(shm)} left; some libraries need it")  # noqa: S108
    workers, memory = found.station.workers or facts["cores"], facts["free_memory"]
    if memory is not None and memory < workers * _LITTLE_MEMORY_BYTES:
        what = f"{size(memory)} of memory are free, for {workers} workers"
        yield Finding(False, what, 'less "cores" there, if the calls need more')
    if workers > facts["cores"]:
        yield Finding(False, f"{workers} workers share {facts['cores']} cores")


def _limits(found: Found, facts: Facts) -> Iterator[Finding]:
    """Those that a program would run into."""
    workers, limits = found.station.workers or facts["cores"], facts["limits"]
    total = facts["memory"] or 0
    for name in ("AS", "DATA"):
        if limits.get(name, total) < total:
            what = f"a worker gets {size(limits[name])} of memory at most (RLIMIT_{name})"
            yield Finding(False, what, "ulimit -v unlimited; ulimit -d unlimited")
    if "CPU" in limits:
        what = f"a worker is ended after {limits['CPU']} s of work (RLIMIT_CPU)"
        yield Finding(False, what, "ulimit -t unlimited")
    if limits.get("FSIZE", _LITTLE_DISK_BYTES) < _LITTLE_DISK_BYTES:
        what = f"files may have {size(limits['FSIZE'])} at most (RLIMIT_FSIZE)"
        yield Finding(False, what, "ulimit -f unlimited")
    if limits.get("NOFILE", _FEW_FILES) < max(_FEW_FILES, 4 * workers):
        what = f"{limits['NOFILE']} files may be open at a time (RLIMIT_NOFILE)"
        yield Finding(False, what, "ulimit -n 4096")
    if limits.get("NPROC", workers + _FEW_FILES) < 2 * workers + 16:
        what = f"{limits['NPROC']} processes of the user at most (RLIMIT_NPROC)"
        yield Finding(False, what, "ulimit -u 4096")


def size(count: float) -> str:
    """Bytes, as people read them."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < _THOUSAND:
            return f"{count:.0f} {unit}"
        count /= _THOUSAND
    return f"{count:.1f} TB"
