"""The types of libraries that are known to arrive as they left, as data."""

from __future__ import annotations

#: Exact types, by the name under which they can be imported.
FAITHFUL_TYPES = frozenset(
    {
        "PIL.Image.Image",
        "array.array",
        "builtins.NotImplementedType",
        "builtins.complex",
        "builtins.ellipsis",
        "builtins.range",
        "builtins.slice",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
        "datetime.date",
        "datetime.datetime",
        "datetime.time",
        "datetime.timedelta",
        "datetime.timezone",
        "decimal.Decimal",
        "fractions.Fraction",
        "functools.partial",
        "ipaddress.IPv4Address",
        "ipaddress.IPv4Interface",
        "ipaddress.IPv4Network",
        "ipaddress.IPv6Address",
        "ipaddress.IPv6Interface",
        "ipaddress.IPv6Network",
        "operator.attrgetter",
        "operator.itemgetter",
        "operator.methodcaller",
        "pathlib.Path",
        "pathlib.PosixPath",
        "pathlib.PurePath",
        "pathlib.PurePosixPath",
        "pathlib.PureWindowsPath",
        "pathlib.WindowsPath",
        "pathlib._local.Path",
        "pathlib._local.PosixPath",
        "pathlib._local.PurePath",
        "pathlib._local.PurePosixPath",
        "pathlib._local.PureWindowsPath",
        "pathlib._local.WindowsPath",
        "re.Pattern",
        "time.struct_time",
        "types.GenericAlias",
        "types.NoneType",
        "types.SimpleNamespace",
        "uuid.UUID",
        "zoneinfo.ZoneInfo",
    }
)

#: Packages whose every type is taken to pickle faithfully; what holds a resource fails to pickle.
FAITHFUL_PACKAGES = (
    "pandas.",
    "astropy.coordinates.",
    "astropy.table.",
    "astropy.time.",
    "astropy.units.",
    "astropy.wcs.",
    "scipy.sparse.",
)

#: Exceptions whose whole state is ``args`` and the instance dictionary.
PLAIN_EXCEPTIONS: frozenset[type[BaseException]] = frozenset(
    {
        ArithmeticError,
        AssertionError,
        BufferError,
        BytesWarning,
        DeprecationWarning,
        EOFError,
        EncodingWarning,
        Exception,
        FloatingPointError,
        FutureWarning,
        ImportWarning,
        IndexError,
        KeyError,
        LookupError,
        NotImplementedError,
        OverflowError,
        PendingDeprecationWarning,
        ReferenceError,
        ResourceWarning,
        RuntimeError,
        RuntimeWarning,
        SyntaxWarning,
        TypeError,
        UnicodeWarning,
        UserWarning,
        ValueError,
        Warning,
        ZeroDivisionError,
    }
)

#: Methods by which a class takes pickling, or the life of its objects, into its own hands.
HOOKS = frozenset(
    {
        "__reduce__",
        "__reduce_ex__",
        "__getstate__",
        "__setstate__",
        "__getnewargs__",
        "__getnewargs_ex__",
        "__getattr__",
        "__getattribute__",
        "__setattr__",
        "__del__",
        "__new__",
    }
)

#: What a subclass of a builtin container may not change, for these rebuild it when it arrives.
CONTAINER_HOOKS = frozenset(
    {"append", "extend", "__setitem__", "__iter__", "items", "add", "update", "__len__"}
)
