"""A function whose source would like to be more than text where it is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_NAME = "<b>hostile & co.py"
SOURCE = """\
from pydron_ng import functional, schedule

@functional
def load(x, *a): ...

@functional
def fit(x, *a): ...

def publish(x): ...

@schedule
def hostile(xs, na\u00efve_\u7684):
    text = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    for x in [*xs, "'\\"><b onclick=alert(3)>&amp;`</title></style><svg onload=alert(4)>"]:
        na\u00efve_\u7684 = load(x, "]]> --> {{ 7 * 7 }} {% raw %} \x0c \u202e", text)\t# a tab
        publish(na\u00efve_\u7684)
        fit(lambda: "<!--" + text + "a very long line, MORE")
    return load(text)
""".replace("MORE", "and more of it " * 20)


def hostile(folder: Path) -> Any:
    """The function, in a file in that folder."""
    path = folder / _NAME
    path.write_text(SOURCE, encoding="utf-8")
    names: dict[str, Any] = {"__name__": "hostile"}
    exec(compile(SOURCE, path, "exec"), names)
    return names["hostile"]
