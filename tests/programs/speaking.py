"""Prints, warnings and logs, by the program and by its functional calls; with-blocks."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin

log = logging.getLogger("tests.speaking")
STEPS: list[str] = []


@functional
def talkative(value: int) -> int:
    print("working on", value)
    if value % 2:
        warnings.warn(f"{value} is odd", RuntimeWarning, stacklevel=1)
        print("odd", file=sys.stderr, end="!")
    if value > 2:
        log.warning("%d is big", value)
        log.debug("nobody reads this")
    if value < 0:
        raise ValueError(f"negative: {value}")
    return value + 1


@functional
def quiet(value: int) -> int:
    spin(500)
    return value * 2


@functional
def warns_its_caller(value: int) -> int:
    warnings.warn("deprecated", DeprecationWarning, stacklevel=2)
    return value


@functional
def count_words(path: str) -> int:
    with open(path, encoding="utf-8") as file:
        return len(file.read().split())


class Stage:
    """A context that writes down who came and went."""

    def __init__(self, name: str, swallow: bool = False) -> None:
        self.name = name
        self.swallow = swallow

    def __enter__(self) -> str:
        STEPS.append(f"enter {self.name}")
        return self.name

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        STEPS.append(f"leave {self.name} {kind.__name__ if kind else None}")
        return self.swallow


@contextlib.contextmanager
def announced(name: str) -> Iterator[int]:
    print("begin", name)
    try:
        yield len(name)
    finally:
        print("end", name)


@schedule
def log_per_item(values: list[int]) -> int:
    total = 0
    for number, value in enumerate(values):
        result = quiet(value)
        log.warning("item %d of %d: %d", number + 1, len(values), result)
        total += result
    log.error("total %d", total)
    return total


@schedule
def functionals_speak(values: list[int]) -> list[int]:
    results = []
    for value in values:
        print("<", end="")
        results.append(talkative(value))
        print(">")
    return results


@schedule
def functionals_speak_and_fail(values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        try:
            results.append(talkative(value))
        except ValueError as error:
            print("caught", error)
    return results


@schedule
def spoken_into_another_stream(values: list[int]) -> tuple[list[int], str]:
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        results = [talkative(value) for value in values]
    return results, heard.getvalue()


@schedule
def warnings_are_errors(values: list[int]) -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [talkative(value) for value in values]


@schedule
def warnings_are_caught(values: list[int]) -> list[Any]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = [talkative(value) for value in values]
    return [results, [(str(w.message), w.category, w.lineno) for w in caught]]


@schedule
def warned_at_the_callers_line(values: list[int]) -> list[int]:
    return [warns_its_caller(value) for value in values] + [
        warns_its_caller(10),
    ]


@schedule
def with_blocks(values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        with Stage(f"s{value}") as name, announced(name) as size:
            results.append((name, size, quiet(value)))
    return results


@schedule
def with_blocks_and_exceptions(values: list[int]) -> list[Any]:
    results: list[Any] = []
    for value in values:
        with Stage("outer", swallow=True):
            with Stage("inner"):
                results.append(talkative(value))
            results.append("reached")
    return results


@schedule
def with_block_that_breaks(values: list[int]) -> list[int]:
    results = []
    for value in values:
        with announced(str(value)):
            if quiet(value) > 4:
                break
            if value == 2:
                continue
            results.append(quiet(value))
    return results


@schedule
def writes_to_a_log_file(values: list[int], report: TextIO) -> TextIO:
    for value in values:
        report.write(f"{value}: {quiet(value)}\n")
    return report


@schedule
def reads_what_it_wrote(folder: str, texts: list[str]) -> list[int]:
    counts = []
    for number, text in enumerate(texts):
        path = Path(folder) / f"{number % 2}.txt"
        path.write_text(text, encoding="utf-8")
        counts.append(count_words(str(path)))
    return counts


@schedule
def reads_files(paths: list[str]) -> tuple[int, list[str]]:
    total, unreadable = 0, []
    for path in paths:
        try:
            total += count_words(path)
        except OSError as error:
            unreadable.append(f"{type(error).__name__} {error.filename} {error.errno}")
    return total, unreadable


@schedule
def prints_between_two_calls_of_one_line(value: int) -> int:
    return quiet(value) + len(str(print("between"))) + talkative(value)


def temporary_folder() -> tuple[tuple[str, list[str]], dict[str, Any]]:
    folder = Path("/tmp/pydron-programs")
    folder.mkdir(exist_ok=True)
    return (str(folder), ["a b c", "", "one", "two three"]), {}


VALUES = [0, 1, 2, 3, 4]
CALLS = (
    Call.of(log_per_item, VALUES),
    Call.of(functionals_speak, VALUES),
    Call.of(functionals_speak, [1, -1, 2]),
    Call.of(functionals_speak_and_fail, [1, -1, 2, -3, 4]),
    Call.of(spoken_into_another_stream, VALUES),
    Call.of(warnings_are_errors, [0, 2, 3, 4]),
    Call.of(warnings_are_caught, VALUES),
    Call.of(warned_at_the_callers_line, VALUES),
    Call.of(with_blocks, VALUES).watching("STEPS"),
    Call.of(with_blocks_and_exceptions, [1, -1, 2]).watching("STEPS"),
    Call.of(with_block_that_breaks, VALUES),
    Call(writes_to_a_log_file, lambda: ((VALUES, io.StringIO()), {})),
    Call(reads_what_it_wrote, temporary_folder),
    Call.of(reads_files, [__file__, "/no/such/file", __file__]),
    Call.of(prints_between_two_calls_of_one_line, 3),
)
