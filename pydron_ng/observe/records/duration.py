"""Times for readers: three digits, and the unit that suits them."""

from __future__ import annotations

from typing import Final

_UNITS: Final = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))
#: Of a unit; from there on a number has three digits before its point, and is rounded to the next.
_FULL: Final = 0.9995
#: From so many seconds on there are minutes, from so many minutes on hours.
_LONG: Final = 120


def duration(seconds: float) -> str:
    """Such as ``85.0 µs``, ``12.3 ms``, ``4.20 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds <= 0:
        return "0 s"
    if round(seconds) >= _LONG:
        return _long(round(seconds))
    unit, size = next((pair for pair in _UNITS if seconds >= _FULL * pair[1]), _UNITS[-1])
    return f"{seconds / size:#.3g}".rstrip(".") + f" {unit}"


def _long(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes < _LONG:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
