"""What calls are taken for, before they are made."""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """What the callee of a site is taken for. Only a hint: what it is, is seen at run time."""

    FUNCTIONAL = auto()
    MAYBE = auto()  # not known before the call: a parameter, a name defined later, a method; or
    # a scheduled function
    PURE = auto()
    OBSERVER = auto()  # has an effect, but none on its arguments: print, log.info
    CONTAINER = auto()  # append, update ...: changes its receiver alone
    UNKNOWN = auto()


#: Sites of these kinds are routed: their callee may turn out to be functional.
CANDIDATES = frozenset({Kind.FUNCTIONAL, Kind.MAYBE})
