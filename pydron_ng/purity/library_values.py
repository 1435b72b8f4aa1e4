"""Values of Python's library that are as good as atoms: paths, dates and spans of time."""

from __future__ import annotations

import datetime as dt
import pathlib
from typing import Any

_PATHS = (pathlib.PurePosixPath, type(pathlib.Path()))
_ZONED = (dt.datetime, dt.time)
_TYPES = frozenset({*_PATHS, *_ZONED, dt.date, dt.timedelta, dt.timezone})

#: Calling these makes a value of these types, and nothing else.
CONSTRUCTORS = (pathlib.Path, pathlib.PurePath, *_TYPES)
_OF_PATHS = frozenset("name stem suffix suffixes parent parts drive root anchor".split())
_OF_DATES = frozenset("year month day".split())
_OF_TIMES = frozenset("hour minute second microsecond fold".split())
_ATTRIBUTES: dict[type, frozenset[str]] = {
    **dict.fromkeys(_PATHS, _OF_PATHS),
    dt.date: _OF_DATES,
    dt.time: _OF_TIMES,
    dt.datetime: _OF_DATES | _OF_TIMES,
    dt.timedelta: frozenset("days seconds microseconds".split()),
}
_DATE_METHODS = """isoformat strftime weekday isoweekday toordinal timetuple replace ctime
__format__""".split()
METHODS: dict[type, frozenset[str]] = {
    **dict.fromkeys(
        _PATHS,
        frozenset(
            """with_suffix with_name with_stem joinpath as_posix relative_to is_absolute
            is_relative_to""".split()
        ),
    ),
    dt.date: frozenset(_DATE_METHODS),
    dt.time: frozenset("isoformat strftime replace".split()),
    dt.datetime: frozenset([*_DATE_METHODS, "date", "time", "timestamp"]),
    dt.timedelta: frozenset(["total_seconds"]),
}


def is_library_value(value: object) -> bool:
    """Is it one of these, of exactly that type, with no time zone of the program's own?"""
    kind = type(value)
    if kind not in _TYPES:
        return False
    return not isinstance(value, _ZONED) or type(value.tzinfo) in {type(None), dt.timezone}


def attribute_names(value: Any) -> frozenset[str]:
    """The attributes of such a value; none of other objects."""
    return _ATTRIBUTES.get(type(value), frozenset()) if is_library_value(value) else frozenset()
