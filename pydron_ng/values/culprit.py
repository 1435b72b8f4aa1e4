"""Which part of a value could not be sent, in words."""

from __future__ import annotations

import pickle

from pydron_ng.values.unshippable import Unshippable


def describe_failure(failure: Exception, value: object) -> Unshippable:
    """What went wrong while `value` was packed, as a reason to make the call inline."""
    match failure:
        case Unshippable():
            return failure
        case RecursionError():
            return Unshippable("unshippable-depth", "the value is nested too deeply to be sent")
        case pickle.PicklingError() | TypeError() | AttributeError():
            return Unshippable("unshippable-type", f"it cannot be pickled: {failure}")
        case _:
            pass
    why = f"packing a {type(value).__qualname__} failed: {type(failure).__qualname__}: {failure}"
    return Unshippable("unshippable-error", why)
