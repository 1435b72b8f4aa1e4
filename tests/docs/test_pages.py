"""The code in README and docs/ runs, and prints what the pages say."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pydron_ng import config
from pydron_ng.backends import registry
from tests.backends.sshd import Server
from tests.docs.comparing import agrees, difference
from tests.docs.pages import ELSEWHERE, PAGES, Block, blocks
from tests.docs.running import Visit, lent, needs_hosts, reach, serve

RUN = [
    page
    for page in PAGES
    if any(block.language in {"python", "console"} and block.is_run for block in blocks(page))
]
IN_PYTHON = [
    (page, block) for page in PAGES for block in blocks(page) if block.language == "python"
]
CONFIGURATIONS = [
    (page, block) for page in PAGES for block in blocks(page) if block.language == "json"
]


def place(value: object) -> str:
    return str(value.line + 1) if isinstance(value, Block) else str(value)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("page", RUN)
def test_what_a_page_shows_is_what_comes_out(
    page: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    if needs_hosts(page):
        reach(request.getfixturevalue("server"), home)
    with lent(page, home):
        wrong = [difference(printed) for printed in Visit(page, home) if not agrees(printed)]
    assert not wrong, "\n\n".join(wrong) + f"\n\nif that is fine: python -m tests.docs {page}"


@pytest.mark.parametrize("page, block", IN_PYTHON, ids=place)
def test_code_that_is_not_run_compiles_and_says_why_it_is_not(page: str, block: Block) -> None:
    compile(block.text, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert block.is_run or len(block.title.split()) > 2


@pytest.mark.parametrize("page, block", CONFIGURATIONS, ids=place)
def test_a_configuration_in_a_page_is_valid(page: str, block: Block) -> None:
    values = json.loads(block.text)
    config.from_dict(values, registry.model(), page)


def test_pages_whose_code_is_tested_elsewhere_say_where() -> None:
    for page, where in ELSEWHERE.items():
        assert where in (Path(__file__).parents[2] / page).read_text(encoding="utf-8")


def test_a_page_that_says_what_does_not_come_out_is_told_each_place(tmp_path: Path) -> None:
    (page := tmp_path / "page.md").write_text(WRONG, encoding="utf-8")
    (home := tmp_path / "home").mkdir()
    wrong = [printed for printed in Visit(str(page), home) if not agrees(printed)]
    assert [printed.got for printed in wrong] == ["1\n2\n", "3\n", "4\n"]


WRONG = """
```python
print(1); print(2)
```

```text
1
3
```

```python
print(3)  # -> 4
print_later = print
```

```python
print_later("right")  # -> right
```

```console
$ echo 4
5
$ echo 5
5
```
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An SSH server, which is all hosts of all pages."""
    started = serve(tmp_path_factory.mktemp("sshd"))
    yield started
    started.stop()
