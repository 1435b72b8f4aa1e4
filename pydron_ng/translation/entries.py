"""Entries: what a commit program calls when it begins, and how they get into its code."""

from __future__ import annotations

from types import CodeType
from typing import Any

#: Stands among the constants of the compiled function for what is to be called at its entry.
ENTRY = "\0pydron_ng entry\0"
#: The attribute of an entry that says for how many more calls it is not asked; of that of an inner
#: function, whether it is not.
RESTS = "$rests"


def commit_code(template: CodeType, entry: Any) -> CodeType:
    """The code of one function: `entry` is called with the parameters when it begins.

    ``entry.inner`` are the entries of the functions inside of it, by their numbers.
    """

    def constant(value: object) -> object:
        if isinstance(value, CodeType):
            return commit_code(value, entry)
        if isinstance(value, str) and value.startswith(ENTRY):
            return _entry_named(value[len(ENTRY) :], entry)
        return value

    return template.replace(co_consts=tuple(map(constant, template.co_consts)))


def _entry_named(path: str, entry: Any) -> Any:
    for number in path.split(".")[1:]:
        entry = entry.inner[int(number)]
    return entry
