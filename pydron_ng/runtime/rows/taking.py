"""The rows that the commit program is within, and what it does with their calls."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from pydron_ng.runtime.process import audience
from pydron_ng.runtime.stubs import INLINE

if TYPE_CHECKING:
    from pydron_ng.runtime.activation import Activation
    from pydron_ng.runtime.calls import Key
    from pydron_ng.runtime.grain import Functional
    from pydron_ng.runtime.rows.row import Row
    from pydron_ng.runtime.tame import Quiet

#: A call that nobody has issued: its key, callee and mark.
_Unissued = tuple["Key", Any, "Functional"]


class Taking:
    """Takes calls of rows for one activation. within: the row at each site, if it is within one."""

    def __init__(self, activation: Activation, quiet: Quiet) -> None:
        self.within: dict[int, Row] = {}
        self._activation = weakref.proxy(activation)  # no cycle keeps it, and what it holds, alive
        self._quiet = quiet
        self._running = activation.running
        self._driver = activation.driver
        self._lock = activation.driver.lock

    def unissued(self, key: Key, callee: Any, mark: Functional) -> Any:
        """The callee itself; where others are in rows, a stub that looks at what comes back."""
        if (self._running.filling.at and self._quiet.may_hold) or self._is_heard(mark):
            maker = self._activation.maker(key[0])
            return maker((key, callee, mark), callee, _take_nothing, self._saw)
        self._quiet.end()
        mark.made += 1
        return callee

    def _is_heard(self, mark: Functional) -> bool:
        """Is each call to be told, that the program makes? That needs a stub."""
        return audience.tell is not None and not mark.is_coroutine

    def _saw(self, of: _Unissued, value: Any, seconds: float, failed: bool) -> None:
        self._activation.account.made_unissued(*of, seconds)
        *_, mark = of
        mark.cost(seconds)
        if not failed:
            mark.saw(value)
        self._quiet.met(value)

    def stub(self, row: Row, key: Key, callee: Any) -> Any:
        """What takes the values of a row, one after the other; None: the call is in no row."""
        running, site = self._running, row.site
        if key[1:] < row.keys[0]:
            return None
        try:
            if row.epoch != running.epoch or not self._quiet.holds():
                running.filling.is_possible = False
            elif row.function is callee and row.keys[0] == key[1:]:
                row.quiet, row.late, row.had = self._quiet, self._take_late, self._had
                row.stub = self._activation.maker(site)(row, callee, row.take, self._gave_along)
                self.within[site] = row
                if not running.pace.dispatches_all:
                    with self._lock:
                        running.filling.take_back(row)
                return row.stub
            with self._lock:
                running.filling.take_all_apart(site)
        except BaseException as error:
            self._activation.trouble(error)
        return None

    def _take_late(
        self, row: Row, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """As `take`, where a row has no value yet, or it is not the call that was expected."""
        running, site = self._running, row.site
        is_expected = row.expects(args, kwargs)
        if is_expected and row.is_here:
            row.call = None
            return INLINE
        if is_expected and not row.values:
            try:
                with self._lock:
                    if row.waits:
                        running.pace.run()
                    self._driver.want(row)
                    self._activation.account.wait(
                        lambda: bool(row.values) or not row.is_whole or row.is_forsaken
                    )
            except BaseException as error:
                self._activation.trouble(error)
            if row.values and self._quiet.may_hold:
                return row.take(row, callee, args, kwargs)
        self.within.pop(site, None)
        key = self._activation.key(site)
        try:
            with self._lock:
                running.filling.take_all_apart(site)
                row.call = running.taken(key) or self._activation.unforeseen(key, callee, row.mark)
        except BaseException as error:
            self._activation.trouble(error)
            row.call = self._activation.unforeseen(key, callee, row.mark)
        return self._activation.take(row.call, callee, args, kwargs)

    def _had(self, row: Row) -> None:
        """Room for others, as all calls of the row have been taken."""
        self.within.pop(row.site, None)
        row.stub = None
        self._activation.account.took_row(row)
        try:
            with self._lock:
                self._running.filling.had(row)
        except BaseException as error:
            self._activation.trouble(error)

    def _gave_along(self, row: Row, value: Any, seconds: float, failed: bool) -> None:
        if row.call is not None:
            self._activation.gave(row.call, value, seconds, failed)
            return
        self._activation.account.made(row, seconds)
        row.mark.cost(seconds)
        if not failed:
            row.mark.saw(value)
        self._quiet.met(value)
        try:
            with self._lock:
                row.made(value, failed=failed)
        except BaseException as error:
            self._activation.trouble(error)
        if row.taken == len(row.keys):
            self._had(row)


def _take_nothing(*_: Any) -> Any:
    return INLINE
