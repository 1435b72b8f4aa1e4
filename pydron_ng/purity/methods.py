"""Methods: hints by name where the receiver is not known, and those of builtin types."""

from __future__ import annotations

from types import MethodDescriptorType

from pydron_ng.purity.library_values import METHODS

#: Change their receiver and nothing else.
MUTATORS = frozenset(
    """append extend add update insert remove pop clear sort reverse setdefault discard popitem
    appendleft extendleft popleft rotate subtract intersection_update difference_update
    symmetric_difference_update fill""".split()
)

#: Have an effect, but none on what they are given.
OBSERVERS = frozenset(
    """write writelines writerow writerows flush print debug info warning warn error exception
    critical log set_description set_postfix""".split()
)

#: Have no effect, on builtin types, arrays and tables.
PURE = frozenset(
    """get keys values items copy index count split rsplit splitlines strip lstrip rstrip join
    replace startswith endswith lower upper title capitalize casefold swapcase center ljust rjust
    zfill format format_map find rfind rindex encode decode partition rpartition removeprefix
    removesuffix isdigit isalpha isalnum isspace isupper islower isnumeric isidentifier translate
    expandtabs hex bit_length bit_count conjugate is_integer as_integer_ratio to_bytes total_seconds
    mean sum std var min max argmin argmax any all astype reshape ravel flatten transpose tolist
    item dot cumsum cumprod round clip squeeze nonzero prod trace diagonal repeat take searchsorted
    union intersection difference symmetric_difference issubset issuperset isdisjoint
    with_suffix with_name relative_to joinpath as_posix isoformat strftime date time timestamp
    most_common elements""".split()
)

_TEXT = """split rsplit splitlines strip lstrip rstrip join replace startswith endswith lower upper
title capitalize swapcase center ljust rjust zfill find rfind count index rindex expandtabs
partition rpartition removeprefix removesuffix isdigit isalpha isalnum isspace isupper islower
istitle isascii translate""".split()
_SET = """union intersection difference symmetric_difference issubset issuperset isdisjoint
copy""".split()
#: Of builtin types: what has no effect and always gives the same.
PURE_METHODS: dict[type, frozenset[str]] = {
    **METHODS,
    str: frozenset(
        [*_TEXT, *"casefold encode format isdecimal isnumeric isidentifier isprintable".split()]
    ),
    bytes: frozenset([*_TEXT, "decode", "hex"]),
    dict: frozenset("get keys values items copy".split()),
    list: frozenset("copy index count".split()),
    tuple: frozenset("index count".split()),
    set: frozenset(_SET),
    frozenset: frozenset(_SET),
    int: frozenset("bit_length bit_count conjugate to_bytes as_integer_ratio is_integer".split()),
    float: frozenset("is_integer hex conjugate as_integer_ratio".split()),
    complex: frozenset(["conjugate"]),
    range: frozenset("index count".split()),
}


def is_pure_method(function: object) -> bool:
    """Is it a pure method of a builtin type, taken from the type, as ``str.lower`` is?"""
    if type(function) is not MethodDescriptorType:
        return False
    return function.__name__ in PURE_METHODS.get(function.__objclass__, ())
