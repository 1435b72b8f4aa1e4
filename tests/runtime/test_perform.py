"""Calls in another process: what comes back is what would have happened here, or a refusal."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydron_ng.runtime.outcome import Raised, Refused, Returned
from pydron_ng.runtime.surroundings import capture
from pydron_ng.testing.portrait import portray
from tests.runtime.other_process import OtherProcess

SENTINEL = object()


@pytest.fixture(scope="module")
def other() -> Iterator[OtherProcess]:
    with OtherProcess() as process:
        yield process


@dataclass
class Item:
    size: int


class TwoArguments(ValueError):
    def __init__(self, left: int, right: int) -> None:
        super().__init__(f"{left} and {right}")
        self.left = left


class WithObject(ValueError): ...


def add(left: Any, right: Any = 1) -> Any:
    return left + right


def grown(item: Item) -> Item:
    return Item(item.size + 1)


def is_sentinel(x: Any) -> Any:
    return x is SENTINEL, SENTINEL


def divide(left: int, right: int) -> float:
    return left / right


def divide_deep(left: int, right: int) -> float:
    return divide(left, right)


def fail(kind: str) -> None:
    if kind == "two":
        raise TwoArguments(1, 2)
    if kind == "chain":
        try:
            raise KeyError(kind)
        except KeyError as error:
            raise ValueError(kind) from error
    if kind == "handled":
        try:
            raise KeyError(kind)
        except KeyError:
            raise ValueError(kind)
    if kind == "from none":
        raise ValueError(kind) from None
    if kind == "from new":
        raise ValueError(kind) from KeyError(kind)
    if kind == "carried":
        try:
            divide_deep(1, 0)
        except ZeroDivisionError as error:
            raise WithObject(error) from None
    if kind == "three":
        try:
            fail("chain")
        except ValueError:
            raise ValueError(kind)
    if kind == "over os":
        try:
            raise FileNotFoundError(kind)
        except FileNotFoundError:
            raise ValueError(kind) from None
    raise {"exit": SystemExit, "memory": MemoryError, "os": OSError, "stop": KeyboardInterrupt}[
        kind
    ]


def fail_with(obj: Any) -> None:
    raise WithObject(obj)


def say(x: int) -> None:
    print("one", x)
    print("two", file=sys.stderr)
    warnings.warn("three")
    logging.getLogger("survey").error("four %s", [x])
    print("five", end="")


def ask_for_a_line() -> str:
    try:
        return input()
    except EOFError:
        return "none"


def write_past(way: str) -> int:
    if way == "descriptor":
        os.write(1, b"past")
    if way == "buffer":
        sys.stdout.buffer.write(b"past")
    if way == "child":
        os.system("echo past")
    if way == "printf":
        ctypes.CDLL(None).printf(b"past")
    return 1


def size_of(path: str) -> int:
    return len(Path(path).read_text())


def names_in(path: str) -> list[str]:
    return sorted(os.listdir(path))


def first(items: list[Any]) -> Any:
    return items[0]


def part(image: Any) -> Any:
    return image[1:3]


def halves(n: int) -> Any:
    image = np.zeros(n)
    return image[: n // 2], image[n // 2 :]


def overlapping(n: int) -> Any:
    image = np.zeros(n)
    return image, image[1:]


def test_a_value_comes_back(other: OtherProcess) -> None:
    outcome = other.call(add, 1, right=2)
    assert isinstance(outcome, Returned)
    assert outcome.value == 3
    assert outcome.seconds > 0


def test_an_object_comes_back_as_one_of_the_programs_own_class(other: OtherProcess) -> None:
    outcome = other.call(grown, Item(1))
    assert isinstance(outcome, Returned)
    assert outcome.value == Item(2)
    assert type(outcome.value) is Item


def test_a_class_of_a_function_keeps_its_state_when_its_objects_come_back(
    other: OtherProcess,
) -> None:
    class Counted:
        count = 0

        def __init__(self, x: int) -> None:
            self.x = x

    def counted(x: int) -> Counted:
        return Counted(x)

    first = other.call(counted, 1)
    Counted.count = 7
    second = other.call(lambda item: type(item)(item.x + 1), Counted(2))
    assert isinstance(first, Returned)
    assert isinstance(second, Returned)
    assert type(first.value) is type(second.value) is Counted
    assert (first.value.x, second.value.x, Counted.count) == (1, 3, 7)


def test_a_sentinel_is_itself_there_and_back(other: OtherProcess) -> None:
    outcome = other.call(is_sentinel, SENTINEL)
    assert isinstance(outcome, Returned)
    assert outcome.value == (True, SENTINEL)


def test_an_exception_comes_back_with_the_frames_it_came_through(other: OtherProcess) -> None:
    outcome = other.call(divide_deep, 1, 0)
    assert isinstance(outcome, Raised)
    there = traceback.format_exception(outcome.exception)
    with pytest.raises(ZeroDivisionError) as caught:
        divide_deep(1, 0)
    here = traceback.format_exception(caught.type, caught.value, caught.tb.tb_next)
    assert there == here


def test_an_exception_comes_back_whatever_its_init_asks_for(other: OtherProcess) -> None:
    outcome = other.call(fail, "two")
    assert isinstance(outcome, Raised)
    assert type(outcome.exception) is TwoArguments
    assert outcome.exception.args == ("1 and 2",)
    assert outcome.exception.__dict__ == {"left": 1}


CHAINED = ["chain", "handled", "from none", "from new", "carried", "three"]


@pytest.mark.parametrize("kind", CHAINED)
def test_an_exception_comes_back_with_those_that_it_came_of(other: OtherProcess, kind: str) -> None:
    outcome = other.call(fail, kind)
    assert isinstance(outcome, Raised)
    with pytest.raises(ValueError, match=".") as caught:
        fail(kind)
    caught.value.__traceback__ = caught.tb.tb_next
    there = traceback.format_exception(outcome.exception)
    assert there == traceback.format_exception(caught.value)
    assert portray({"it": outcome.exception}) == portray({"it": caught.value})


def test_an_exception_that_holds_the_one_it_came_of_holds_that_one(other: OtherProcess) -> None:
    outcome = other.call(fail, "carried")
    assert isinstance(outcome, Raised)
    assert outcome.exception.args[0] is outcome.exception.__context__


@pytest.mark.parametrize("kind", ["exit", "memory", "os", "stop", "over os"])
def test_an_exception_that_would_not_be_the_same_is_refused(other: OtherProcess, kind: str) -> None:
    assert isinstance(other.call(fail, kind), Refused)


def test_an_exception_that_holds_an_argument_is_refused(other: OtherProcess) -> None:
    outcome = other.call(fail_with, [1])
    assert isinstance(outcome, Refused)
    assert outcome.reason_code == "aliased-exception"


def test_wrong_arguments_are_for_the_program_to_complain_about(other: OtherProcess) -> None:
    outcome = other.call(add, 1, 2, 3)
    assert isinstance(outcome, Refused)
    assert outcome.reason_code == "no-frame"


def test_what_a_call_says_comes_back_in_order(other: OtherProcess) -> None:
    outcome = other.call(say, 7)
    assert isinstance(outcome, Returned)
    kinds = [record[0] for record in outcome.records if record[1]]
    assert "".join(record[1] for record in outcome.records if record[0] == "out") == "one 7\nfive"
    assert kinds == ["out"] * 4 + ["err"] * 2 + ["warning", "log", "out"]


@pytest.mark.parametrize("way", ["descriptor", "buffer", "child", "printf"])
def test_what_is_said_past_python_is_noticed(other: OtherProcess, way: str) -> None:
    outcome = other.call(write_past, way)
    assert isinstance(outcome, Refused)
    assert outcome.reason_code == "output-past-python"
    assert isinstance(other.call(write_past, "not at all"), Returned)


def test_what_only_the_program_can_read_is_refused(other: OtherProcess) -> None:
    outcome = other.call(ask_for_a_line)
    assert isinstance(outcome, Refused)
    assert outcome.reason_code == "input-read"
    assert isinstance(other.call(add, 1, 2), Returned)


def test_what_a_call_reads_is_known(other: OtherProcess, tmp_path: Path) -> None:
    from pydron_ng.runtime.surroundings import unchanged

    file = tmp_path / "data"
    file.write_text("abc")
    outcome = other.call(size_of, str(file))
    listing = other.call(names_in, str(tmp_path))
    assert isinstance(outcome, Returned)
    assert isinstance(listing, Returned)
    assert [path for path, *_ in outcome.files] == [str(file)]
    assert [path for path, *_ in listing.files] == [str(tmp_path)]
    assert unchanged(outcome.files)
    file.write_text("abcd")
    assert not unchanged(outcome.files)
    (tmp_path / "more").touch()
    assert not unchanged(listing.files)


def test_two_views_of_one_memory_are_refused(other: OtherProcess) -> None:
    outcome = other.call(overlapping, 4)
    assert isinstance(outcome, Refused)
    assert outcome.reason_code == "aliased-result"


def test_arrays_side_by_side_in_one_memory_are_apart(other: OtherProcess) -> None:
    assert isinstance(other.call(halves, 8), Returned)


def test_a_result_that_cannot_travel_is_refused(other: OtherProcess) -> None:
    outcome = other.call(iter, [1])
    assert isinstance(outcome, Refused)


def test_the_worker_works_in_the_programs_surroundings(
    other: OtherProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import decimal

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SURVEY", "deep")
    monkeypatch.delenv("HOME", raising=False)

    def around() -> Any:
        ratio = decimal.Decimal(1) / decimal.Decimal(3)
        return os.getcwd(), os.environ.get("SURVEY"), os.environ.get("HOME"), str(ratio)

    with decimal.localcontext() as context, np.errstate(divide="raise"):
        context.prec = 5
        other.settings(capture().blob)
        outcome = other.call(around)
        division = other.call(lambda: np.ones(1) / np.zeros(1))
    assert isinstance(outcome, Returned)
    assert outcome.value == (str(tmp_path), "deep", None, "0.33333")
    assert isinstance(division, Raised)
    assert isinstance(division.exception, FloatingPointError)


def test_a_filter_that_makes_errors_of_warnings_does_so_there(other: OtherProcess) -> None:
    def warned() -> int:
        warnings.warn("careful", UserWarning)
        return 1

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        other.settings(capture().blob)
        as_error = other.call(warned)
        warnings.simplefilter("ignore")
        other.settings(capture().blob)
        as_record = other.call(warned)
    assert isinstance(as_error, Raised)
    assert isinstance(as_record, Returned)
    assert [record[0] for record in as_record.records] == ["warning"]
