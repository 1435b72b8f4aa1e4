"""Is the call that the program makes the one that was sent, and what is its outcome then?"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from pydron_ng.runtime.calls import IssuedCall
from pydron_ng.runtime.failures import hold_arguments
from pydron_ng.runtime.outcome import Outcome, Raised, Returned
from pydron_ng.values.foreign import is_foreign
from pydron_ng.values.keep import Expecting, KeepOnce
from pydron_ng.values.library import Library
from pydron_ng.values.pack import pack, pack_plain
from pydron_ng.values.unshippable import Unshippable


def is_same(
    call: IssuedCall,
    function: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    library: Library,
    shared: KeepOnce | None,
) -> bool:
    """Is the call that is being made the one that was sent, to the byte?

    shared: where large parts of what was sent are kept, if that is memory of several processes.
    """
    if call.packed is None or function is not call.function:
        return False
    packed = pack_plain(args, kwargs)
    if packed is not None:
        return packed == call.packed
    began = perf_counter()
    try:
        if shared is not None:
            shared.changed()
        expected = Expecting(call.packed.blob, shared)
        return pack((args, kwargs), library, keep=expected).blob == call.packed.blob
    except Unshippable:
        return False
    finally:
        call.moved += perf_counter() - began
        call.mark.move(call.moved)


def outcome_for(call: IssuedCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome | None:
    """The outcome for the objects that the call is made with; None: make it yourself."""
    outcome = call.outcome
    if isinstance(outcome, Raised):
        hold_arguments(outcome.exception, call.function, args, kwargs)
    if not isinstance(outcome, Returned) or outcome.made_for is None:
        return outcome
    try:
        return outcome._replace(value=outcome.value_for((args, kwargs)), made_for=None)
    except Exception as failure:
        if is_foreign(failure):
            raise
        call.running.blame_call("lost-part", call, str(failure))
        return None
