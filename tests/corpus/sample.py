"""A program that nobody here wrote: where it is from, which functions get which decorator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remainder:
    """Why something stays sequential, and the change to the program's text that helps.

    fix: pairs of old and new text.
    functional, scheduled: what is decorated in the changed program.
    """

    why: str
    fix: tuple[tuple[str, str], ...]
    functional: tuple[str, ...] = ()
    scheduled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One program.

    package, version: of the source distribution that it comes in; path: in there.
    functional, scheduled: the functions that are decorated, by qualified name; one that it
        imports is marked where it is imported.
    run: what is evaluated in its module; value and output are compared.
    flat: the statements after its last definition become ``main()``, which is scheduled.
    """

    name: str
    package: str
    version: str
    licence: str
    path: str
    functional: tuple[str, ...]
    scheduled: tuple[str, ...]
    run: str
    flat: bool = False
    remainder: Remainder | None = None
