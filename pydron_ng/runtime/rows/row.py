"""Calls in a row: short ones of one site, which the program is expected to make in their order.

Of each there is nothing but its arguments, then its value. As soon as more is to be known of one
of them, all that are left become issued calls, and the row goes on as a batch of those.

A row whose calls take results of other rows waits for these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.backends.base import TaskId
from pydron_ng.events import Inlined, Issued
from pydron_ng.runtime.answers import decode_several, row_blob, row_values
from pydron_ng.runtime.batch import SMALL_BYTES, Batch
from pydron_ng.runtime.calls import NOT_BEGUN, IssuedCall
from pydron_ng.runtime.lifetime import tell, tell_failure
from pydron_ng.runtime.outcome import Returned
from pydron_ng.translation.runahead.promises import Promise
from pydron_ng.values.blob import Blob
from pydron_ng.values.pack import pack_plain

if TYPE_CHECKING:
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.outcome import Outcome
    from pydron_ng.runtime.running import Running
    from pydron_ng.runtime.surroundings import Surroundings
    from pydron_ng.runtime.tame import Quiet
    from pydron_ng.values.functions import Identity
    from pydron_ng.values.library import Library

#: Equal ones of one of these types have equal bytes.
_EXACT: Final = frozenset({int, bool, type(None)})
#: So have these, if ``is_certain`` says so. A call has one string at most: that two of them are
#: the same object could be told by what is called.
_TEXTS: Final = frozenset({str, bytes})
_CAREFUL: Final = _TEXTS | {float}
#: What the counters of the loops around a site stand at.
Keys = tuple[int, ...]


class Row(Batch):
    """A task of several calls of one site. Mutated under the driver's lock, but for ``taken``.

    function, kinds: what all calls have in common: the callee, and the types of the arguments.
    sources: the rows whose results the calls take. waits: are these still to come?
    ancestry: where the row and all that it waits for are called.
    keys, arguments: of each call; of one that takes a result to come, ``links`` has the places.
    values: of all calls, once they are known. seconds: the calls take on the whole.
    epoch, surroundings: those in force when it began.
    taken: how many calls the program has had.
    is_whole: False once it has fallen apart. is_here: the program itself makes the calls.
    call: the last one that the program came to when it had.
    quiet: can no code of the user's have run? late, had: take a call that the row has no value
        for, and hear that all have been taken. All three are set when the program comes to the row.
    """

    __slots__ = (
        "_cares",
        "_is_cut",
        "_left",
        "_missing",
        "_most_linked",
        "_promises",
        "_went_whole",
        "ancestry",
        "arguments",
        "call",
        "epoch",
        "function",
        "had",
        "is_here",
        "is_whole",
        "keys",
        "kinds",
        "late",
        "links",
        "quiet",
        "running",
        "site",
        "sources",
        "stub",
        "surroundings",
        "taken",
        "values",
        "waits",
    )

    def __init__(
        self,
        number: TaskId,
        running: Running,
        site: int,
        function: Any,
        mark: Functional,
        identity: Identity,
    ) -> None:
        super().__init__(number, identity, identity.tokens, mark)
        self.running = running
        self.site = site
        self.function = function
        self.kinds: tuple[type, ...] = ()
        self.keys: list[Keys] = []
        self.arguments: list[tuple[Any, ...]] = []
        self.links: dict[int, tuple[tuple[int, int], ...]] = {}
        self.values: list[Any] = []
        self.taken = 0
        self.is_whole = True
        self.is_here = False
        self.epoch = (0, 0)
        self.surroundings: Surroundings | None = None
        self.call: IssuedCall | None = None
        self.quiet: Quiet
        self.late: Callable[[Row, Any, tuple[Any, ...], dict[str, Any]], Any]
        self.had: Callable[[Row], None]
        self.stub: Callable[..., Any] | None = None
        self._promises: list[Promise | None] = []
        self.sources: frozenset[Row] = frozenset()
        self.ancestry = frozenset({(running, site)})
        self.waits = self._cares = self._is_cut = self._went_whole = False
        self._left = self._most_linked = self._missing = 0

    # --- what run-ahead does ---

    def begin(self, keys: Keys, args: tuple[Any, ...], most: int, most_linked: int) -> bool:
        """Whether the row can begin with this call: all others are to be of its kind.

        most: calls. most_linked: the same for calls that take the results of others in the row.
        """
        args = known(args)
        self.sources = sources_of(args)
        self.ancestry = self.ancestry.union(*(row.ancestry for row in self.sources))
        self.waits = bool(self.sources)
        self.kinds = tuple(map(type, args))
        if not self._may_be_of([kind for kind in self.kinds if kind is not Promise]):
            return False
        if not is_certain(args):
            return False
        self._most_linked = 0 if self.waits else most_linked
        self._left = most
        self._put(keys, args)
        return True

    def _may_be_of(self, kinds: Iterable[type]) -> bool:
        careful = [kind for kind in kinds if kind not in _EXACT]
        self._cares = bool(careful)
        return _CAREFUL.issuperset(careful) and sum(kind in _TEXTS for kind in careful) <= 1

    def goes_along(self, function: Any, keys: Keys, args: Any, kwargs: Any) -> bool:
        """Whether the call is one more of the row; then it is that from now on."""
        if kwargs or function is not self.function or keys <= self.keys[-1]:
            return False
        if self.running.branch is not None or type(args) is not tuple:
            return False
        if tuple(map(type, args)) != self.kinds:
            return self._is_linked(keys, args)
        if self._left <= 0 or (self._cares and not is_certain(args)):
            return False
        if self.sources and not sources_of(args) <= self.sources:
            return False
        self.keys.append(keys)
        self.arguments.append(args)
        self._promises.append(None)
        self._left -= 1
        self.running.pace.open += 1
        return True

    def _is_linked(self, keys: Keys, args: tuple[Any, ...]) -> bool:
        """Whether all results to come that the call takes are those of others in here."""
        if len(self.keys) >= self._most_linked or len(args) != len(self.kinds):
            return False
        links: list[tuple[int, int]] = []
        near = self._promises[-_NEAR:]
        args = known(args)
        for place, (kind, argument) in enumerate(zip(self.kinds, args, strict=True)):
            if type(argument) is Promise:
                if argument not in near:
                    return False
                links.append((place, len(self.keys) - len(near) + near.index(argument)))
            elif type(argument) is not kind or not is_certain((argument,)):
                return False
        if links:
            self.links[len(self.keys)] = tuple(links)
        self._put(keys, args)
        return True

    def _put(self, keys: Keys, args: tuple[Any, ...]) -> None:
        self.keys.append(keys)
        self.arguments.append(args)
        self._promises.append(None)
        self._left -= 1
        self.running.pace.open += 1

    def promised(self) -> Promise:
        """What the last call that was taken in returns."""
        promise = self._promises[-1] = Promise(self.running.ready)
        promise.source = self
        return promise

    def cut(self, length: int, number: TaskId) -> Row:
        """A row of the calls behind the first `length`, which alone stay here."""
        rest = Row(number, self.running, self.site, self.function, self.mark, self.identity)
        rest.kinds, rest._cares, rest.settle = self.kinds, self._cares, self.settle
        rest.epoch, rest.surroundings = self.epoch, self.surroundings
        rest.sources, rest.ancestry, rest.waits = self.sources, self.ancestry, self.waits
        self._is_cut = rest._is_cut = True
        for whole in ("keys", "arguments", "_promises"):
            calls = getattr(self, whole)
            setattr(rest, whole, calls[length:])
            del calls[length:]
        for promise in filter(None, rest._promises):
            promise.source = rest
        return rest

    @property
    def is_lone(self) -> bool:
        """Is it of one call, to which none was added?"""
        return self.size == 1 and not self._is_cut

    # --- what it waits for ---

    def wait(self) -> bool:
        """Whether results that the calls take are still to come; then it hears of that."""
        open_ = self._open()
        self._missing = len(open_)
        for promise in open_:
            promise.when_kept(self)
        return bool(open_)

    def kept(self) -> None:
        """One more of the results has come."""
        self._missing -= 1
        if not self._missing and self.waits and self.is_whole and not self.is_here:
            self.running.filling.complete(self)

    def _open(self) -> list[Promise]:
        """The results that are still to come."""
        return [a for args in self.arguments for a in args if type(a) is Promise and not a.kept]

    @property
    def is_forsaken(self) -> bool:
        """Does it wait for results of which nobody knows whether they will ever come?"""
        return self.waits and any(a.source is None or not a.source.is_whole for a in self._open())

    def is_complete(self) -> bool:
        """Whether all results that it waited for are such as calls of a row may take."""
        self.arguments = list(map(known, self.arguments))
        self.kinds = tuple(map(type, self.arguments[0]))
        self.waits = not self._may_be_of(self.kinds) or not all(map(self._is_like, self.arguments))
        if not self.waits:
            self.sources = frozenset()  # and all that these have waited for
        return not self.waits

    def _is_like(self, args: tuple[Any, ...]) -> bool:
        return tuple(map(type, args)) == self.kinds and is_certain(args)

    # --- on its way ---

    def takes_linked(self, call: IssuedCall, expected: float) -> bool:
        """A call of another site that takes results of these: then it is a batch like others."""
        if self.is_whole:
            if call.key[0] == self.site or not set(self._promises).intersection(call.args):
                return False
            self.running.filling.take_apart(self)
        return super().takes_linked(call, expected)

    def issued(self, cause: TaskId) -> Iterator[Issued]:
        """One event for all calls of the row."""
        if not self.is_whole:
            yield from super().issued(cause)
            return
        name, file, line = self.place
        key, at = (self.site, *self.keys[0]), perf_counter()
        serial = self.running.serial
        yield Issued(
            self.id, name, file, line, at, self.id, self.size, serial, key, cause, self.label()
        )

    def inlined(self, seconds: float) -> Inlined:
        """The event that the program has made one of the calls itself."""
        name, file, line = self.place
        at, serial = perf_counter(), self.running.serial
        key = self.site, *self.keys[self.taken]
        return Inlined(self.id, name, file, line, at, seconds, serial, key, NOT_BEGUN)

    @property
    def place(self) -> tuple[str, str, int]:
        """What is called, and where: name, file and line."""
        return self.function.__qualname__, *self.running.place_of(self.site)

    def seal(self) -> None:
        self._left = self._most_linked = 0
        self.seconds = len(self.keys) * (self.mark.seconds or 0.0)

    def is_near(self) -> bool:
        """As of a batch; one call alone is no row."""
        if self.is_whole and len(self.keys) == 1:
            self.running.filling.take_apart(self)
        return not self.is_whole and super().is_near()

    @property
    def size(self) -> int:
        return len(self.keys) if self.is_whole else len(self.calls)

    @property
    def work(self) -> float:
        return self.size * (self.mark.seconds or math.inf) if self.is_whole else super().work

    def label(self) -> str:
        return f"{len(self.keys)} calls of {self.identity.name}"

    def _build(self) -> Blob:
        if not self.is_whole:
            return super()._build()
        calls = self.arguments
        if self.links:
            calls = [tuple([None if type(a) is Promise else a for a in args]) for args in calls]
        self._went_whole = True
        return row_blob(self.identity.token, calls, self.links)

    def outcomes(self, blob: Blob, library: Library) -> list[Outcome]:
        if not self._went_whole:
            return super().outcomes(blob, library)
        self._built = None
        return list(decode_several(blob, library, [(call.args, {}) for call in self.sent]))

    def is_answered(self, blob: Blob) -> bool:
        """Whether all calls have returned something plain: then who waits for that may go on."""
        answer = row_values(blob)
        if answer is None:
            return False
        seconds, values = answer
        for number, links in self.links.items():
            args = list(self.arguments[number])
            for place, other in links:
                args[place] = values[other]
            if tuple(map(type, args)) != self.kinds or not is_certain(args):
                return False
            self.arguments[number] = tuple(args)
        self.values, self.seconds, self._built = values, seconds, None
        for promise, value in zip(self._promises, values, strict=True):
            if promise is not None:
                promise.keep(value)
        return True

    # --- what the program does ---

    def take(self, _: Row, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The value of the call that is being made, if it is the next one, to the byte."""
        number = self.taken
        values = self.values
        if (
            number >= len(values)
            or kwargs
            or tuple(map(type, args)) != self.kinds  # first: only atoms are compared
            or args != self.arguments[number]
            or not self.quiet.may_hold
        ):
            return self.late(self, function, args, kwargs)
        self.taken = number + 1
        if self.taken == len(values):
            self.had(self)
        return values[number]

    def expects(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        """Can this be the next call? Of one that takes a result to come nobody knows yet."""
        if not self.is_whole or kwargs or not self.quiet.may_hold:
            return False
        if self.waits or self.taken in self.links:
            return True
        return tuple(map(type, args)) == self.kinds and args == self.arguments[self.taken]

    def made(self, value: Any, *, failed: bool) -> None:
        """The program has made the next call: tell who waits for what came of it."""
        promise = self._promises[self.taken]
        self.taken += 1
        if promise is not None:
            (tell_failure if failed else tell)(promise, value)

    def apart(self, number: Callable[[], TaskId]) -> list[IssuedCall]:
        """The calls that the program has not had, each by itself from now on."""
        made = [self._single(n, number()) for n in range(self.taken, len(self.keys))]
        is_task = not self.is_here and not self.waits
        if is_task:
            self.calls = list(made)
        if is_task and not self.values:
            for n, links in self.links.items():
                made[n].links = tuple((place, made[other]) for place, other in links)
            self.sent = () if self._built is None else tuple(made)
        self.end()
        return made

    def end(self) -> None:
        """No call is taken any more, nor is one in here."""
        self.seal()
        self.is_whole = False
        self.values = []

    def _single(self, n: int, number: TaskId) -> IssuedCall:
        promise = self._promises[n] or Promise(self.running.ready)
        key = (self.site, *self.keys[n])
        call = IssuedCall(key, self.function, self.mark, promise, self.running)
        call.args = self.arguments[n]
        call.number = number
        call.identity = self.identity
        call.epoch = self.epoch
        call.task = None if self.is_here or self.waits else self
        if self.values or not (self.waits or n in self.links):
            call.packed = pack_plain(call.args, {})
        if self.values:
            call.outcome = Returned(self.values[n], (), self.seconds / len(self.values), ())
        return call


#: So far back among the calls of a row those are looked for whose results another one takes.
_NEAR: Final = 8


def known(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with the results in them that have come."""
    return tuple([a.value if type(a) is Promise and a.kept else a for a in args])


def sources_of(args: tuple[Any, ...]) -> frozenset[Any]:
    """The rows whose results are to come among the arguments; None stands for what is no row."""
    return frozenset([a.source for a in args if type(a) is Promise and not a.kept])


def is_certain(args: Any) -> bool:
    """Has what is equal to these atoms, and of the same types, the same bytes? It is small, too.

    A zero may be another one, a nan is not equal to itself.
    """
    for value in args:
        kind = type(value)
        if kind is float:
            if not value or value != value:  # noqa: PLR0124  a nan
                return False
        elif kind in _TEXTS and len(value) > SMALL_BYTES:
            return False
    return True
