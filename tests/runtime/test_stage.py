"""Two calls in two threads of the program say what they say apart from each other."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any
from warnings import warn as warn_by_name

import pytest

from pydron_ng.runtime.capture import Spoken, capture_for
from pydron_ng.values.unshippable import Unshippable


def copied(value: Any) -> Any:
    return dict(value)


def performed(call: Callable[[], object]) -> Spoken | Unshippable:
    """What comes of a call in another thread: what it said, or why that is refused."""
    capture = capture_for("thread", copied)
    ended: list[Spoken | Unshippable] = []

    def run() -> None:
        capture.begin()
        with contextlib.suppress(BaseException):
            call()
        try:
            ended.append(capture.end())
        except Unshippable as refusal:
            ended.append(refusal)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return ended[0]


def test_each_threads_words_are_kept_apart_and_the_programs_are_heard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    everybody = threading.Barrier(3)
    spoken: dict[str, Spoken] = {}

    def call(name: str) -> None:
        capture.begin()
        everybody.wait()
        print(name)
        logging.getLogger("survey").error(name)
        everybody.wait()
        spoken[name] = capture.end()

    capture = capture_for("thread", copied)
    threads = [threading.Thread(target=call, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    everybody.wait()
    print("program")
    everybody.wait()
    for thread in threads:
        thread.join()
    assert capsys.readouterr().out == "program\n"
    for name in "ab":
        kinds = [record[0] for record in spoken[name]]
        assert kinds == ["out", "out", "log"]
        assert spoken[name][0] == ("out", name)
        assert spoken[name][2][2]["msg"] == name


def test_the_program_sees_its_own_streams_while_calls_run() -> None:
    before = sys.stdout, sys.stderr
    seen: list[Any] = []
    capture = capture_for("thread", copied)
    capture.begin()
    inside = sys.stdout
    program = threading.Thread(target=lambda: seen.extend((sys.stdout, sys.stderr)))
    program.start()
    program.join()
    capture.end()
    assert inside is not before[0]
    assert (sys.stdout, sys.stderr) == before
    assert tuple(seen) == before


def test_a_stream_that_the_program_puts_in_meanwhile_hears_the_program_only() -> None:
    def call() -> None:
        print("before")
        running.set()
        exchanged.wait()
        print("after", file=sys.stdout)

    running, exchanged = threading.Event(), threading.Event()
    spoken: list[Spoken | Unshippable] = []
    worker = threading.Thread(target=lambda: spoken.append(performed(call)))
    worker.start()
    running.wait()
    with contextlib.redirect_stdout(io.StringIO()) as programs:
        print("program")
        exchanged.set()
        worker.join()
    assert programs.getvalue() == "program\n"
    assert isinstance(spoken[0], list)
    assert "".join(text for _, text in spoken[0]) == "before\nafter\n"


def test_a_stream_that_a_call_puts_in_hears_that_call_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    texts: list[str] = []

    def call() -> None:
        with contextlib.redirect_stdout(io.StringIO()) as own:
            print("aside")
            running.set()
            heard.wait()
        texts.append(own.getvalue())
        print("aloud")

    running, heard = threading.Event(), threading.Event()
    spoken: list[Spoken | Unshippable] = []
    worker = threading.Thread(target=lambda: spoken.append(performed(call)))
    worker.start()
    running.wait()
    print("program")
    heard.set()
    worker.join()
    assert texts == ["aside\n"]
    assert spoken == [[("out", "aloud"), ("out", "\n")]]
    assert capsys.readouterr().out == "program\n"


def test_what_would_go_past_the_stream_is_refused() -> None:
    refusal = performed(lambda: sys.stdout.buffer.write(b"past"))
    assert isinstance(refusal, Unshippable)
    assert refusal.code == "output-past-python"


def by_attribute() -> None:
    warnings.warn("careful", stacklevel=1)


def by_name() -> None:
    warn_by_name("careful", stacklevel=1)


def by_c_code() -> None:
    compile("1 is 1", "survey.py", "eval")


def inside_its_own_filters() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")


@pytest.mark.parametrize("call", [by_attribute, by_name, by_c_code, inside_its_own_filters])
@pytest.mark.parametrize("action", ["always", "default", "once", "ignore", "error"])
def test_a_call_that_warns_is_refused_as_if_it_had_never_run(
    call: Callable[[], None], action: Any
) -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter(action)
        filters = list(warnings.filters)
        refusal = performed(call)
        assert warnings.filters == filters
        assert not any(type(key) is tuple for key in globals().get("__warningregistry__", ()))
        assert shown == []
    assert isinstance(refusal, Unshippable)
    assert refusal.code == "warned-in-thread"


def test_the_program_warns_as_ever_afterwards() -> None:
    performed(by_name)
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        for _ in range(2):
            by_name()
        by_attribute()
    globals().pop("__warningregistry__", None)
    assert [str(each.message) for each in shown] == ["careful", "careful"]


def test_a_threads_unshown_warning_is_refused_even_if_it_was_shown_before() -> None:
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        by_attribute()
        refusal = performed(by_attribute)
    globals().pop("__warningregistry__", None)
    assert isinstance(refusal, Unshippable)
