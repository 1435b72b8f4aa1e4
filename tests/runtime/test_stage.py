"""Two calls in two threads of the program say what they say apart from each other."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from typing import Any

import pytest

from pydron_ng.runtime.capture import Spoken, capture_for


def copied(value: Any) -> Any:
    return dict(value)


def test_each_threads_words_are_kept_apart_and_the_programs_are_heard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    everybody = threading.Barrier(3)
    spoken: dict[str, Spoken] = {}

    def call(name: str) -> None:
        capture = capture_for("thread", copied)
        capture.begin()
        everybody.wait()
        print(name)
        warnings.warn(name, UserWarning, stacklevel=1)
        logging.getLogger("survey").error(name)
        everybody.wait()
        spoken[name] = capture.end()

    threads = [threading.Thread(target=call, args=(name,)) for name in "ab"]
    with warnings.catch_warnings():
        warnings.simplefilter("always")
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
        assert kinds == ["out", "out", "shown", "log"]
        assert spoken[name][0] == ("out", name)
        assert str(spoken[name][2][1]) == name
        assert spoken[name][3][2]["msg"] == name


def test_everything_is_as_it_was_when_the_last_call_has_ended() -> None:
    before = sys.stdout, sys.stderr, logging.Logger.handle
    capture = capture_for("thread", copied)
    capture.begin()
    assert sys.stdout is not before[0]
    capture.end()
    assert (sys.stdout, sys.stderr, logging.Logger.handle) == before
