"""What is around the code: the example configuration, the editor's schema, the wheel."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pydron_ng import config
from pydron_ng.backends import registry

ROOT = Path(__file__).parents[1]
PAGES = sorted(str(page.relative_to(ROOT)) for page in ROOT.glob("docs/**/*.md"))


def example() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "pydron.conf.example").read_text())
    return content


def test_the_example_configuration_is_valid() -> None:
    found = config.load(ROOT / "pydron.conf.example", registry.model())
    assert [worker.__struct_config__.tag for worker in found.workers] == ["multicore"]


def test_the_example_configuration_shows_every_kind_of_worker() -> None:
    assert sorted(worker["type"] for worker in example()["workers"]) == sorted(registry.TYPES)


def test_the_example_configuration_has_a_comment_on_every_key_but_type() -> None:
    for worker in example()["workers"]:
        keys = {key for key in worker if not key.startswith("//")}
        comments = {key.removeprefix("// ") for key in worker if key.startswith("//")}
        assert keys - {"type", "enabled", "cores"} <= comments


def test_the_schema_for_editors_is_up_to_date() -> None:
    written = (ROOT / "docs/pydron.conf.schema.json").read_text()
    now = runpy.run_path(str(ROOT / "docs/write_schema.py"))["text"]()
    assert written == now, "run: python docs/write_schema.py"


def test_each_command_of_the_bootstrap_names_sessions_and_groups_that_exist() -> None:
    import tomllib

    commands = runpy.run_path(str(ROOT / "dev.py"), run_name="dev")["COMMANDS"]
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    sessions = (ROOT / "noxfile.py").read_text()
    for wanted, needed, _ in commands.values():
        assert set(needed) <= set(groups)
        assert all(f"def {session}(" in sessions for session in wanted)


def test_the_bootstrap_without_a_command_lists_all_commands() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "dev.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert {"demo", "test", "long", "lint", "bench"} <= set(done.stdout.split())


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_wheel_works_in_a_clean_environment(tmp_path: Path) -> None:
    built = [sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(built, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert _outside_of_the_package(wheel) == {"pytest_pydron.py"}
    assert _files_of_the_package() <= set(zipfile.ZipFile(wheel).namelist())
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "clean")], check=True)
    python = tmp_path / "clean" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qq", str(wheel)], check=True)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, str(script)],
        env=environment | {"PYDRON_CONF": str(_dispatch_all(tmp_path))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("[0, 1, 4, 9, 16, 25, 36, 49]\n", "")


SCRIPT = """\
from pydron_ng import functional, schedule

@functional
def square(number):
    return number * number

@schedule
def squares(numbers):
    found = []
    for number in numbers:
        found.append(square(number))
    return found

print(squares(list(range(8))))
"""


def _dispatch_all(folder: Path) -> Path:
    """A configuration that sends even such small calls to a worker."""
    path = folder / "all.conf"
    path.write_text('{"workers": [{"type": "multicore", "cores": 2}], "inline": false}')
    return path


def _files_of_the_package() -> set[str]:
    """Those included that are no code: a table, what the page of a run is made of."""
    files = (path for path in (ROOT / "pydron_ng").rglob("*") if path.is_file())
    return {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}


def _outside_of_the_package(wheel: Path) -> set[str]:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    return {top for top in tops if top != "pydron_ng" and not top.endswith(".dist-info")}


def test_the_architecture_page_names_files_that_exist() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    named = set(re.findall(r"`((?:pydron_ng|tests|docs)/[\w/.]+|\w+\.py)`", page))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *PAGES])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    source = ROOT / page
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", source.read_text())
    assert [link for link in links if not (source.parent / link).exists()] == []


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import pydron_ng, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    theirs = {"beniget", "cloudpickle", "gast", "msgspec", "networkx", "numpy", "paramiko"}
    heavy = theirs | {"dataclasses", "inspect", "json", "logging"}
    assert heavy.isdisjoint(done.stdout.split())
