"""Where all must run ($CI is set), a skipped test is a failure: nothing is left out silently."""

from __future__ import annotations

import os
from importlib.util import find_spec
from tempfile import TemporaryDirectory

import pytest

#: Of the session ``engines`` of noxfile.py: what is in its environment, and the other one it makes.
_ENGINES = {"ray": "test_ray", "mpi4py": "test_mpi", "parsl": "test_parsl"}
OTHER_PYTHON = "PYDRON_TEST_OTHER_PYTHON"
collect_ignore = [
    *(f"tests/backends/{name}.py" for package, name in _ENGINES.items() if not find_spec(package)),
    *([] if OTHER_PYTHON in os.environ else ["tests/backends/test_other_python.py"]),
]

#: What is translated in a test is kept for the others, never for later runs.
_translations = TemporaryDirectory()


def pytest_configure() -> None:
    os.environ["PYDRON_CACHE_DIR"] = _translations.name


def pytest_unconfigure() -> None:
    _translations.cleanup()


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CI") and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("FAILED: tests were skipped where all must run", red=True)
