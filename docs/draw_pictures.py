"""Draws docs/pictures/*.svg anew: the functions of docs/pictures/*.py, as pydron_ng draws them."""

from __future__ import annotations

from pathlib import Path

from pydron_ng.cli.definitions import definitions_of
from pydron_ng.observe.explain import explanation_of

FOLDER = Path(__file__).with_name("pictures")


def pictures() -> dict[Path, str]:
    """Each picture, by the file that it belongs into."""
    return {
        file.with_suffix(".svg"): explanation_of(function).graph_svg() + "\n"
        for file in sorted(FOLDER.glob("*.py"))
        for name, function in definitions_of(file).functions().items()
        if name == file.stem
    }


if __name__ == "__main__":
    for path, text in pictures().items():
        path.write_text(text, encoding="utf-8")
