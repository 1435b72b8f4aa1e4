"""What was said in a worker is said in the program as the program would have said it."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import pytest

from pydron_ng.runtime.replay import replay


def a_warning(line: int = 1, module: str = __name__) -> tuple[Any, ...]:
    return "warning", UserWarning("careful"), UserWarning, "survey.py", line, module


def a_log_record(level: int) -> tuple[Any, ...]:
    record = logging.LogRecord("survey", level, "survey.py", 1, "got %s", ([1],), None)
    return "log", "survey", dict(record.__dict__)


def test_prints_go_where_they_go_now(capsys: pytest.CaptureFixture[str]) -> None:
    replay((("out", "a\n"), ("err", "b\n"), ("out", "c\n")))
    assert capsys.readouterr() == ("a\nc\n", "b\n")


def test_a_warning_that_is_shown_once_is_shown_once() -> None:
    globals().pop("__warningregistry__", None)
    with warnings.catch_warnings(record=True) as shown:
        warnings.resetwarnings()
        replay((a_warning(), a_warning()))
        replay((a_warning(), a_warning(line=2)))
    assert [(str(each.message), each.lineno) for each in shown] == [("careful", 1), ("careful", 2)]


def test_a_warning_of_an_ignored_module_is_ignored() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.resetwarnings()
        warnings.filterwarnings("ignore", module="survey")
        replay((a_warning(module="survey"),))
    assert shown == []


def test_a_log_record_reaches_the_handlers_if_its_logger_is_enabled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "survey")
    replay((a_log_record(logging.DEBUG), a_log_record(logging.INFO)))
    assert [record.getMessage() for record in caplog.records] == ["got [1]"]
    assert caplog.records[0].threadName == "MainThread"


def test_a_warning_for_a_file_that_no_module_is_known_of_is_given() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        replay((("warning", UserWarning("seen"), UserWarning, "/some/where.py", 3, None),))
    assert [(str(one.message), one.filename, one.lineno) for one in caught] == [
        ("seen", "/some/where.py", 3)
    ]
