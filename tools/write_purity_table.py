"""Writes pydron_ng/purity/table.json anew: library functions without effect, by module.

Pythran knows, of the functions that it translates, what they do to their arguments; deal knows
what library code does besides computing. Neither is needed to use pydron_ng:

    pip install --no-deps --target SOURCES pythran deal
    python tools/write_purity_table.py SOURCES
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "pydron_ng" / "purity" / "table.json"

#: Modules that only compute: all they offer is taken, unless deal or REFUSED object.
WHOLE = """base64 binascii bisect calendar cmath colorsys html keyword math numpy numpy.fft
numpy.linalg operator statistics string struct textwrap unicodedata urllib.parse zlib""".split()

#: Modules of which is taken what Pythran vouches for.
VOUCHED = ["numpy", "numpy.linalg", "operator", "bisect", "scipy.special"]

#: Whose every method computes a value and leaves the object as it is.
TYPES = {
    "builtins": "bool bytes complex float frozenset int range str tuple",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "ipaddress": "IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network",
    "pathlib": "PurePath PurePosixPath PureWindowsPath",
    "re": "Match Pattern",
    "uuid": "UUID",
}

#: Change an argument, consume it, call what they are given, read or write, ask the clock, or set
#: something.
REFUSED = {
    "base64": "decode encode main test",
    "binascii": "",
    "bisect": "insort insort_left insort_right",
    "calendar": "leapdays main prcal prmonth prweek setfirstweekday timegm",
    "math": "",
    "numpy": """apply_along_axis apply_over_axes array2string array_repr array_str asarray_chkfinite
        bmat busday_count busday_offset copyto datetime_data deprecate disp empty empty_like
        fill_diagonal frombuffer fromfile fromfunction fromiter fromregex fromstring genfromtxt
        get_include get_printoptions getbufsize geterr geterrcall info is_busday load loadtxt
        mask_indices
        nested_iters piecewise place printoptions put put_along_axis putmask require save savetxt
        savez savez_compressed select set_printoptions setbufsize seterr seterrcall show_config
        show_runtime test typename vectorize nditer frompyfunc memmap from_dlpack errstate""",
    "operator": """attrgetter call delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior
        ipow irshift isub itemgetter itruediv ixor length_hint methodcaller setitem""",
    "statistics": "",
    "string": "",
    "struct": "pack_into",
    "urllib.parse": "",
    "zlib": "compressobj decompressobj",
}


def vouched(sources: str) -> dict[str, set[str]]:
    """By module, the functions that Pythran says leave arguments and everything else alone."""
    sys.path.insert(0, sources)
    from pythran.intrinsic import FunctionIntr, UpdateEffect
    from pythran.tables import MODULES

    def walk(path: tuple[str, ...], known: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name, what in known.items():
            if isinstance(what, dict):
                yield from walk((*path, name), what)
                continue
            effects = getattr(what, "argument_effects", ())
            harms = any(isinstance(effect, UpdateEffect) for effect in effects)
            if isinstance(what, FunctionIntr) and not what.global_effects and not harms:
                yield ".".join(path), name

    found: dict[str, set[str]] = {}
    for module, name in walk((), MODULES):
        found.setdefault(module, set()).add(name)
    return found


def objected(sources: str, function: Any) -> bool:
    """Does deal know of an effect? Importing something is none."""
    stubs = Path(sources, "deal", "linter", "stubs")
    module = str(getattr(function, "__module__", ""))
    root = stubs if module.startswith("numpy") else stubs / "cpython"
    stub = root.joinpath(*module.split(".")).with_suffix(".json")
    if not stub.is_file():
        return False
    facts = json.loads(stub.read_text(encoding="utf-8")).get(getattr(function, "__name__", ""), {})
    return not set(facts.get("has", ())) <= {"import"}


def functions(sources: str) -> dict[str, list[str]]:
    """By module, the names of the functions that have no effect."""
    known = vouched(sources)
    table = {}
    for module in sorted({*WHOLE, *VOUCHED}):
        space = vars(importlib.import_module(module))
        refused = REFUSED.get(module, "").split()
        offered = {name for name in space if name in known.get(module, ())}
        if module in WHOLE:
            offered |= {name for name in _public(space) if not objected(sources, space[name])}
        table[module] = sorted(
            name for name in offered if name not in refused and _is_function(space[name], module)
        )
    return table


def _public(space: dict[str, Any]) -> list[str]:
    return [name for name in space.get("__all__", space) if name in space and name[0] != "_"]


def _is_function(obj: Any, module: str) -> bool:
    if isinstance(obj, type) or not callable(obj):
        return False
    home = str(getattr(obj, "__module__", None) or module)
    return home.lstrip("_").partition(".")[0] == module.partition(".")[0] or inspect.isbuiltin(obj)


def outs(table: dict[str, list[str]]) -> dict[str, dict[str, int]]:
    """At which place an argument named out may stand, where a function writes its result to."""
    places: dict[str, dict[str, int]] = {}
    for module, names in table.items():
        for name in names:
            place = _out_of(getattr(importlib.import_module(module), name))
            if place is not None:
                places.setdefault(module, {})[name] = place
    return places


def _out_of(function: Any) -> int | None:
    if hasattr(function, "nin"):
        return int(function.nin)
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    names = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
    return names.index("out") if "out" in names else None


def text(sources: str) -> str:
    """The whole table, as JSON."""
    found = functions(sources)
    document = {
        "//": "written by tools/write_purity_table.py; sources and licences: see README.md",
        "functions": found,
        "outs": outs(found),
        "types": {module: names.split() for module, names in TYPES.items()},
    }
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(sys.argv[1]), encoding="utf-8")
