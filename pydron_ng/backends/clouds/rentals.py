"""What the keeper does about instances: finds, creates and ends them, several at a time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydron_ng.backends.clouds.account import Account, Instance, Make
from pydron_ng.backends.clouds.label import Label
from pydron_ng.backends.clouds.order import Order
from pydron_ng.backends.clouds.stock import Stock
from pydron_ng.backends.clouds.user_data import new_host_key, user_data
from pydron_ng.backends.remote.trouble import Trouble

#: So long, in s, between two looks at an instance: at first, and at most.
_LOOK_SECONDS, _LOOK_MOST_SECONDS = 0.25, 5.0
#: So often is asked for what got no answer; the same token makes the same instance.
_ATTEMPTS = 3
#: An instance that was created just now may not be shown yet.
_SETTLE_SECONDS = 20.0
_UNSEEN = "what the provider does not show"
#: At the end, so long between two attempts to end what is still there.
_END_PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0)
#: What was begun when the session ended is waited for.
_FINISH_SECONDS = 60.0


class Rentals:
    """The session's instances at one provider. Its methods may be called by several threads."""

    def __init__(self, order: Order, open_account: Callable[[], Account]) -> None:
        self._order = order
        self._open = open_account
        self._stock = Stock(order.project, order.session, order.kind, order.limits)
        self._deciding = threading.Lock()
        self._unwanted: set[int] = set()
        self._turn_of: dict[int, int] = {}  # of each slot the last one that has asked
        self._alone: dict[int, threading.Lock] = {}
        self._changed = threading.Condition()
        self._over = threading.Event()
        self._account: Account | None = None
        self._make: Make | None = None
        self._creating = 0
        self._has_unanswered = False

    def provide(self, slot: int, turn: int, refused: str = "") -> dict[str, Any]:
        """Where the slot's instance is; created, if there is none.

        turn: of the relay that asks, among those of the slot.
        refused: an instance kept by an earlier session that will not do.
        "seconds": so long it may take until it lets in; 0: it should at once.

        Raises: Trouble.
        """
        with self._deciding:
            self._unwanted.discard(slot)
            self._turn_of[slot] = max(turn, self._turn_of.get(slot, 0))
            alone = self._alone.setdefault(slot, threading.Lock())
        with alone:  # a relay may have died, and another one asks while its instance is created
            return self._provide(slot, turn, refused)

    def give_up(self, slot: int, turn: int) -> None:
        """The relay of that turn does not use the slot's instance; nobody does, or a later one."""
        with self._deciding:
            if self._turn_of.get(slot, 0) > turn:
                return
            found = self._stock.of(slot)
            self._unwanted.add(slot)  # it may be on its way
        if found is not None and self._account is not None:
            try:
                self._account.end(found)
            except Trouble:
                return  # it is ended with the session, or ends by itself
            with self._deciding:
                self._stock.ended(found)

    def close(self) -> list[str]:
        """End all that the session has, save what is kept; what could not be ended."""
        self._over.set()
        with self._changed:
            self._changed.wait_for(lambda: not self._creating, _FINISH_SECONDS)
        with self._deciding:
            account = self._account
        try:
            if account is None and self._order.takes_over:
                account = self._open()
        except Trouble:
            return [_UNSEEN]
        return [] if account is None else self._sweep(account)

    # --- what there is ---

    def _provide(self, slot: int, turn: int, refused: str) -> dict[str, Any]:
        with self._deciding:
            account, make = self._begin()
            if refused:
                self._stock.refuse(slot, refused)
            found = self._present(account, slot)
            kept = None
            if found is None and self._order.is_kept:
                kept = found = self._stock.take_kept(slot)
            if found is None:
                self._stock.permit(slot, account.instances(), self._price(make))
        found = found or self._create(account, make, slot)
        if slot in self._unwanted:
            self.give_up(slot, turn)
            raise Trouble("nobody wants it any more", "", lasting=False)
        found = self._arrive(account, found)
        with self._deciding:
            self._stock.given(found)
        return {
            "id": found.id,
            "hostname": self._address(found),
            "host_key": found.label.host_key,
            "kept": kept is not None,
            "seconds": 0.0 if kept else self._remaining(found),
        }

    def _begin(self) -> tuple[Account, Make]:
        """Open the account and look around, the first time."""
        if self._over.is_set():
            raise Trouble("the session is over", "", lasting=False)
        order = self._order
        if self._account is None or self._make is None:
            account = self._open()
            account.check()
            self._check_end(account)
            self._make = account.choose(order.size, order.image, order.options)
            self._stock.see(account.instances())
            self._account = account
        return self._account, self._make

    def _check_end(self, account: Account) -> None:
        if not account.ends_by_itself and not self._order.accept_stopped:
            raise Trouble(
                "an instance there that shuts itself down is only stopped, and may go on to cost",
                'if that will do, say "accept_stopped": true, and run pydron cloud reap --expired '
                "now and then",
            )

    def _present(self, account: Account, slot: int) -> Instance | None:
        """The slot's instance as it is now, if it is alive."""
        known = self._stock.of(slot)
        if known is None:
            return None
        now = _one(account.instances(known.label.session), known.id)
        if now is not None and now.state in ("starting", "running"):
            return now
        if now is None and self._remaining(known):
            return known  # just created, and not shown yet
        self._stock.ended(known)
        return None

    def _price(self, make: Make) -> float | None:
        price = self._order.limits.price
        return make.price if price is None else price

    # --- a new one ---

    def _create(self, account: Account, make: Make, slot: int) -> Instance:
        instance = None
        try:
            with self._in_creation():
                key = new_host_key()
                order = self._order
                label = self._label(slot, key.public)
                told = user_data(key, order.authorized, order.seconds, root=order.root)
                instance = self._insist(account, make, label, told)
        finally:
            with self._deciding:
                self._stock.made(slot, instance)
        return instance

    @contextmanager
    def _in_creation(self) -> Iterator[None]:
        with self._changed:
            if self._over.is_set():
                raise Trouble("the session is over", "", lasting=False)
            self._creating += 1
        try:
            yield
        finally:
            with self._changed:
                self._creating -= 1
                self._changed.notify_all()

    def _insist(self, account: Account, make: Make, label: Label, told: str) -> Instance:
        """Create it; where no answer comes nobody knows whether it was, so it is asked again."""
        token = secrets.token_hex(16)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                made = account.create(make, label, told, token)
                return replace(made, created=datetime.now(UTC))
            except Trouble as trouble:
                if trouble.lasting:
                    raise
                if attempt == _ATTEMPTS or not account.makes_once or self._over.wait(attempt):
                    self._has_unanswered = True
                    raise
        raise AssertionError

    def _label(self, slot: int, host_key: str) -> Label:
        order = self._order
        expires = datetime.now(UTC) + timedelta(seconds=order.seconds.life)
        return Label(order.project, order.session, slot, expires, host_key, order.kind)

    def _arrive(self, account: Account, instance: Instance) -> Instance:
        """Wait until it runs and has an address. Raises: Trouble."""
        at, pause = instance, _LOOK_SECONDS
        while at.state == "starting" or not self._address(at):
            if not self._remaining(instance):
                why = f"{instance.id} has no address after {self._order.seconds.start:g} s"
                raise Trouble(why, '"start_seconds" allows more; or "address": "private"')
            if self._over.wait(pause):
                raise Trouble("the session is over", "", lasting=False)
            pause = min(2 * pause, _LOOK_MOST_SECONDS)
            found = _one(account.instances(instance.label.session), instance.id)
            at = found or at
            if at.state in ("stopped", "ended"):
                why = f"{instance.id} ended while it started"
                raise Trouble(why, "see what the provider says about it", lasting=False)
        return replace(at, created=instance.created)

    def _address(self, instance: Instance) -> str:
        return instance.private if self._order.address == "private" else instance.public

    def _remaining(self, instance: Instance) -> float:
        """Seconds left of its start."""
        if instance.created is None:
            return 0.0
        age = (datetime.now(UTC) - instance.created).total_seconds()
        return max(0.0, self._order.seconds.start - age)

    # --- the end ---

    def _sweep(self, account: Account) -> list[str]:
        """End what is shown, until nothing is any more; and a while longer, where one may hide.

        What could not be ended, by name.
        """
        kept = self._stock.worth_keeping if self._order.is_kept else set()
        until = time.monotonic() + (_SETTLE_SECONDS if self._has_unanswered else 0.0)
        left = [one for one in self._stock.made_here if one.id not in kept]
        names = [_UNSEEN]
        for pause in _END_PAUSES:
            self._end_each(account, left)
            with suppress(Trouble):
                left = self._still_alive(account, kept, until)
                names = [one.id for one in left]
            if not names:
                break
            time.sleep(pause)
        return names

    def _end_each(self, account: Account, left: list[Instance]) -> None:
        for one in left:
            with suppress(Trouble):  # it is seen whether it worked
                account.end(one)

    def _still_alive(self, account: Account, kept: set[str], until: float) -> list[Instance]:
        """What there is; if there is nothing, what may be shown before that moment."""
        while True:
            found = account.instances(self._order.session)
            alive = [one for one in found if one.is_alive and one.id not in kept]
            if alive or time.monotonic() >= until:
                return alive
            time.sleep(_LOOK_MOST_SECONDS)


def _one(instances: list[Instance], wanted: str) -> Instance | None:
    return next((one for one in instances if one.id == wanted), None)
