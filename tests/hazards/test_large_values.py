"""Arrays of megabytes on worker processes: identical, apart, and gone when they are over."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.memory.arena import SHARE_BYTES
from pydron_ng.runtime import dispatch
from pydron_ng.runtime.session import session
from pydron_ng.testing import assert_equivalent
from tests.backends.rig import descriptors, wait_until
from tests.memory.test_arena import mapped
from tests.scripts import has_ended, run, same_both_ways, write

LENGTH = 4 * SHARE_BYTES // 8
WORKERS = [{"type": "multicore", "cores": 2}]


@pytest.fixture(autouse=True, scope="module")
def processes() -> Iterator[None]:
    with pydron_ng.configure(workers=WORKERS, inline=False):
        yield


def numbers(first: float = 0.0) -> Any:
    return np.arange(first, first + LENGTH)


# --- they arrive as they left ---


@functional
def looks(array: Any) -> tuple[Any, ...]:
    flags = array.flags
    digest = hashlib.sha256(array.tobytes()).hexdigest()
    place = array.ctypes.data % 64
    shown = (flags.owndata, flags.writeable, flags.c_contiguous, flags.f_contiguous, flags.aligned)
    return digest, array.strides, array.shape, array.dtype.str, shown, place, array.base is None


@functional
def bytes_of(value: Any) -> str:
    return f"{type(value)} {hashlib.sha256(bytes(value)).hexdigest()}"


@functional
def passed_on(value: Any) -> Any:
    return np.copy(value, order="K")


@schedule
def looked_at(arrays: list[Any]) -> list[Any]:
    found = []
    for array in arrays:
        found.append(looks(array))
    return found


@schedule
def looked_at_when_back(arrays: list[Any]) -> list[Any]:
    found = []
    for array in arrays:
        found.append(passed_on(array))
    return [(looks(one)[:4], one.flags.owndata, one.flags.writeable) for one in found]


@schedule
def texts(values: list[Any]) -> list[str]:
    found = []
    for value in values:
        found.append(bytes_of(value))
    return found


def layouts() -> list[Any]:
    square = numbers().reshape(16, -1)
    fixed = numbers()
    fixed.flags.writeable = False
    return [
        square,
        np.asfortranarray(square),
        square[1:],
        square[::-1],
        square[:, ::-1],
        np.swapaxes(numbers().reshape(8, 4, -1), 0, 1),
        fixed,
        square.astype(">f8"),
        square.astype("M8[s]"),
        square.astype(bool).repeat(8),
    ]


def test_arrays_have_the_same_layout_flags_and_alignment_in_a_worker() -> None:
    arrays = layouts()
    assert looked_at(arrays) == [looks(array) for array in arrays]


def test_arrays_have_the_same_layout_and_flags_when_they_come_back() -> None:
    # Copies of other layouts own their memory; they come back as views of what does.
    plain = [a for a in layouts() if a.flags.c_contiguous or a.flags.f_contiguous]
    assert_equivalent(looked_at_when_back, plain)


def test_large_strings_of_bytes_arrive_too() -> None:
    values = [os.urandom(3 * SHARE_BYTES), bytearray(b"ab" * SHARE_BYTES), b"c" * SHARE_BYTES]
    assert_equivalent(texts, values)


# --- what changes is noticed ---


@functional
def total(array: Any) -> float:
    return float(array.sum())


def change(array: Any, number: int) -> None:
    array[number * 7] = -1e9


@schedule
def summed(arrays: list[Any]) -> list[float]:
    found = []
    for array in arrays:
        found.append(total(array))
    return found


@schedule
def changed_by_a_call(array: Any) -> list[float]:
    found = []
    for number in range(6):
        found.append(total(array))
        change(array, number)
        found.append(total(array))
    return found


@schedule
def changed_through_a_view(array: Any) -> list[float]:
    view = array[10:20]
    found = []
    for number in range(6):
        found.append(total(array))
        view[number] = -1e9
    return found


@schedule
def changed_in_place(array: Any) -> list[float]:
    found = []
    for _ in range(6):
        found.append(total(array))
        array += 1
    return found


@schedule
def changed_by_a_method(array: Any) -> list[float]:
    found = []
    for number in range(4):
        found.append(total(array[:1000]))
        found.append(total(array))
        array.fill(number)
    return found


@schedule
def changed_after_all_were_issued(array: Any) -> list[float]:
    first = [total(array) for _ in range(4)]
    array[3] += 1
    return first + [total(array) for _ in range(4)]


@schedule
def filled_again(count: int) -> list[float]:
    array = np.zeros(LENGTH)
    found = []
    for number in range(count):
        array[:] = number
        found.append(total(array))
    return found


@pytest.mark.parametrize(
    "program",
    [
        changed_by_a_call,
        changed_through_a_view,
        changed_in_place,
        changed_by_a_method,
        changed_after_all_were_issued,
    ],
    ids=lambda program: program.__name__,
)
def test_an_array_that_changes_meanwhile_is_taken_as_it_is(program: Any) -> None:
    assert_equivalent(program, numbers())


def test_memory_that_is_filled_again_and_again_is_sent_anew() -> None:
    assert filled_again(6) == [float(number * LENGTH) for number in range(6)]


# --- what workers do with their copies stays there ---

KEPT: list[tuple[float, Any]] = []


@functional
def spoiling(array: Any, program: int) -> tuple[float, bool]:
    """Not functional at all: that is what the worker's copy is for."""
    before = float(array.sum())
    if os.getpid() != program:
        array[:] = -1
    return before, os.getpid() != program


@functional
def keeping(array: Any, step: int) -> float:
    view = array[5:200:step]
    KEPT.append((view.tobytes(), view))
    return float(array.sum())


@functional
def kept_as_it_was(_: int) -> bool:
    return all(view.tobytes() == before for before, view in KEPT)


@schedule
def spoilt(array: Any, times: int, program: int) -> list[tuple[float, bool]]:
    found = []
    for _ in range(times):
        found.append(spoiling(array, program))
    return found


@schedule
def kept_and_recycled(arrays: list[Any]) -> tuple[list[float], list[bool]]:
    sums = []
    for number, array in enumerate(arrays):
        sums.append(keeping(array, 1 + number % 3))
    fine = []
    for number in range(6):
        fine.append(kept_as_it_was(number))
    return sums, fine


def test_writing_to_an_argument_reaches_neither_the_program_nor_other_calls() -> None:
    array = numbers()
    found = spoilt(array, 12, os.getpid())
    assert [before for before, _ in found] == [float(array.sum())] * 12
    assert any(apart for _, apart in found)
    assert array.tobytes() == numbers().tobytes()


def test_what_a_worker_keeps_stays_as_it_was_when_memory_is_used_again() -> None:
    for _ in range(3):
        arrays = [np.full(LENGTH, float(number)) for number in range(12)]
        sums, fine = kept_and_recycled(arrays)
        assert sums == [float(number * LENGTH) for number in range(12)]
        assert fine == [True] * 6


@functional
def checked(array: Any, number: int, size: int, program: int) -> tuple[Any, bool]:
    if len(array) != size or not (array == number).all():
        raise ValueError(number)
    if os.getpid() != program:
        array[::100] = -1
    return np.full(size // 2 + SHARE_BYTES, number, dtype=array.dtype), os.getpid() != program


@schedule
def stressed(jobs: list[tuple[Any, int, int]], program: int) -> list[Any]:
    found = []
    for array, number, size in jobs:
        found.append(checked(array, number, size, program))
    return found


def test_memory_that_is_read_is_never_handed_out() -> None:
    chance = random.Random(1)
    for _ in range(4):
        sizes = [chance.randrange(SHARE_BYTES // 2, 4 * SHARE_BYTES) for _ in range(30)]
        jobs = [(np.full(size, n, np.int16), n, size) for n, size in enumerate(sizes)]
        jobs += [jobs[chance.randrange(30)] for _ in range(30)]
        found = stressed(jobs, os.getpid())
        assert any(apart for _, apart in found)
        for (array, _), (source, number, size) in zip(found, jobs, strict=True):
            assert len(array) == size // 2 + SHARE_BYTES
            assert (array == number).all()
            assert (source == number).all()


# --- results and aliases ---


@functional
def cropped(array: Any) -> Any:
    return array[100:-100]


@functional
def doubled(array: Any) -> Any:
    return array * 2


@schedule
def writes_into_views(array: Any) -> list[Any]:
    views = []
    for _ in range(3):
        views.append(cropped(array))
    views[1][:] = 7.0
    return [array, *views, total(array)]


@schedule
def chained(array: Any) -> Any:
    for _ in range(5):
        array = doubled(array)
    return array


def test_results_that_are_views_of_arguments_are_views_of_the_original() -> None:
    assert_equivalent(writes_into_views, numbers())
    array = numbers()
    _, view, *_ = writes_into_views(array)
    assert np.shares_memory(view, array)


def test_results_are_arguments_again() -> None:
    array = numbers()
    assert chained(array).tobytes() == (array * 32).tobytes()


def test_a_result_that_is_kept_is_not_written_to_by_later_ones() -> None:
    kept = [doubled(np.full(LENGTH, float(n))) for n in range(3)]
    arrays = [chained(np.full(LENGTH, float(n))) for n in range(8)]
    assert [array[-1] for array in kept] == [0, 2, 4]
    assert [(array == 32 * n).all() for n, array in enumerate(arrays)] == [True] * 8


# --- limits and ends ---


@schedule
def both_ways(arrays: list[Any]) -> list[Any]:
    found = []
    for array in arrays:
        found.append(doubled(array))
    return found


def test_where_there_is_no_shared_memory_everything_is_sent() -> None:
    arrays = [numbers(n) for n in range(6)]
    with pydron_ng.configure(workers=WORKERS, inline=False):
        session().driver._arena._most_bytes = SHARE_BYTES  # type: ignore[union-attr]
        found = both_ways(arrays)
    assert [one.tobytes() for one in found] == [(array * 2).tobytes() for array in arrays]


def test_memory_and_descriptors_do_not_grow_and_are_given_back() -> None:
    gc.collect()
    files, maps = descriptors(), mapped()
    with pydron_ng.configure(workers=WORKERS, inline=False):
        arrays = [numbers(n) for n in range(8)]
        for _ in range(10):
            both_ways(arrays)
        assert len(descriptors()) < len(files) + 40  # 160 arrays have come and gone
        assert mapped() < maps + 40
    del arrays
    gc.collect()
    assert descriptors() == files
    assert mapped() == maps


def test_no_more_memory_is_used_than_the_window_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "WINDOW_BYTES", 6 << 20)
    arrays = [numbers(n) for n in range(40)]
    with pydron_ng.configure(workers=WORKERS, inline=False):
        totals = summed(arrays)
        arena = session().driver._arena
        assert arena is not None
        # each has an eighth to spare, one is always allowed, and workers let go a little later
        assert arena.bytes <= 14 << 20
    assert totals == [float(array.sum()) for array in arrays]


@functional
async def awaited(array: Any) -> Any:
    await asyncio.sleep(0)
    array = array + 1
    await asyncio.sleep(0)
    return array


@schedule
async def awaits(arrays: list[Any]) -> list[Any]:
    found = []
    for array in arrays:
        found.append(await awaited(array))
    return found


def test_coroutines_have_their_arguments_until_they_end() -> None:
    arrays = [numbers(n) for n in range(12)]
    found = asyncio.run(awaits(arrays))
    assert [one.tobytes() for one in found] == [(array + 1).tobytes() for array in arrays]


@functional
def dying(array: Any, flag: str) -> float:
    """Kills its worker at the first attempt."""
    if not os.path.exists(flag):
        Path(flag).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return float(array.sum())


@schedule
def dies_once(array: Any, flags: list[str]) -> list[float]:
    found = []
    for flag in flags:
        found.append(dying(array, flag))
    return found


def test_a_worker_that_is_killed_costs_no_result_and_no_memory(tmp_path: Path) -> None:
    array = numbers()
    flags = [str(tmp_path / str(n)) for n in range(3)]
    assert dies_once(array, flags) == [float(array.sum())] * 3
    assert array.tobytes() == numbers().tobytes()


COMMON = """
import os, signal, sys
import numpy as np
from pydron_ng import functional, schedule

@functional
def total(array):
    return float(array.sum())

@functional
def pid(array):
    return os.getpid()

@schedule
def totals(arrays):
    found = []
    for array in arrays:
        found.append(total(array))
    return found

@schedule
def pids(arrays):
    found = []
    for array in arrays:
        found.append(pid(array))
    return found

ARRAYS = [np.full(200_000, float(n)) for n in range(8)]
"""

ENDINGS = {
    "by a signal": "os.kill(os.getpid(), signal.SIGKILL)",
    "by an exception": "raise RuntimeError",
    "by _exit": "os._exit(0)",
    "at its end": "",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_of_a_program_that_ends(ending: str, tmp_path: Path) -> None:
    before = set(os.listdir("/dev/shm"))
    script = write(tmp_path, COMMON + f"print(*set(pids(ARRAYS)), flush=True)\n{ENDINGS[ending]}\n")
    ended = run(tmp_path, str(script))
    workers = [int(word) for word in ended.out.split()]
    assert workers
    assert all(map(has_ended, workers))
    wait_until(lambda: not any("pydron" in n for n in set(os.listdir("/dev/shm")) - before))


def test_a_fork_in_the_middle_computes_by_itself_and_the_program_goes_on(tmp_path: Path) -> None:
    source = (
        COMMON
        + """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads

@schedule
def forks(arrays):
    found = []
    for array in arrays:
        found.append(total(array))
        if len(found) == 3:
            child = os.fork()
    return found, child

found, child = forks(ARRAYS)
assert found == [float(a.sum()) for a in ARRAYS], found
if child == 0:
    assert totals(ARRAYS) == found
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(totals(ARRAYS))
"""
    )
    assert same_both_ways(tmp_path, source).status == 0
