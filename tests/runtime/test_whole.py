"""Signals that come while something is done that must not be cut short."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import pytest

from pydron_ng.runtime.whole import Whole


def _nothing(_: BaseException) -> None:
    """Is told of errors."""


def test_what_cuts_it_short_is_told_and_raised() -> None:
    told: list[BaseException] = []
    with pytest.raises(ValueError, match="cut"), Whole(told.append):
        raise ValueError("cut")
    assert [str(error) for error in told] == ["cut"]


def test_an_interrupt_is_raised_at_the_end() -> None:
    done = []

    def work() -> None:
        with Whole(_nothing):
            with Whole(_nothing):
                signal.raise_signal(signal.SIGINT)
            done.append("inner")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["inner"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_second_one_is_raised_at_once() -> None:
    done = []

    def work() -> None:
        with Whole(_nothing):
            signal.raise_signal(signal.SIGINT)
            done.append("first")
            signal.raise_signal(signal.SIGINT)
            done.append("second")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["first"]


def test_each_begins_anew() -> None:
    with pytest.raises(KeyboardInterrupt), Whole(_nothing):
        signal.raise_signal(signal.SIGINT)
    with Whole(_nothing):
        pass


def test_handlers_of_the_program_are_called_at_once() -> None:
    called: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: called.append(number))
    try:
        with Whole(_nothing):
            signal.raise_signal(signal.SIGINT)
            assert called == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_handler_that_is_installed_within_stays() -> None:
    with Whole(_nothing):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert signal.signal(signal.SIGINT, signal.default_int_handler) is signal.SIG_IGN


def test_other_threads_defer_nothing() -> None:
    seen: list[Callable[..., object] | int | None] = []

    def look() -> None:
        with Whole(_nothing):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def test_one_that_was_never_left_defers_nothing_any_more() -> None:
    """As after an exception of another signal's handler, when it was about to be left."""
    (lambda: Whole(_nothing).__enter__())()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    (lambda: Whole(_nothing).__enter__())()
    with pytest.raises(KeyboardInterrupt), Whole(_nothing):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
