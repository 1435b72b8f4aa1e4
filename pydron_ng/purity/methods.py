"""Method names, where the receiver is not known: hints for the analysis, never a proof."""

from __future__ import annotations

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
