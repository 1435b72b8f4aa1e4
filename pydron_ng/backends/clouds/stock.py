"""Which instances a session has, and whether it may have another one: decisions, no I/O.

Nothing here is asked by two threads at once; the keeper sees to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydron_ng.backends.clouds.account import Instance
from pydron_ng.backends.remote.trouble import Trouble

#: One that is at its end this soon is not begun with.
_ENOUGH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is never passed. price: of one instance, if the user says so; USD an hour."""

    instances: int | None = None
    cost: float | None = None
    price: float | None = None


class Stock:
    """The instances, by the session's slots."""

    def __init__(self, project: str, session: str, kind: str, limits: Limits) -> None:
        """kind: of the instances of earlier sessions that will do."""
        self._project = project
        self._session = session
        self._kind = kind
        self._limits = limits
        self._by_slot: dict[int, Instance] = {}
        self._kept: list[Instance] = []
        self._made: dict[str, Instance] = {}
        self._given: set[str] = set()
        self._refused: set[str] = set()
        self._making: set[int] = set()

    def see(self, found: Sequence[Instance]) -> None:
        """What the provider shows: of an earlier keeper of this session, and of other sessions."""
        for one in found:
            if one.label.session == self._session and one.is_alive:
                self._by_slot.setdefault(one.label.slot, one)
        self._kept = [one for one in found if self._will_do(one)]

    def of(self, slot: int) -> Instance | None:
        return self._by_slot.get(slot)

    def take_kept(self, slot: int) -> Instance | None:
        """One that an earlier session has left running, if there is one."""
        taken = {one.id for one in self._by_slot.values()} | self._refused
        for one in self._kept:
            if one.id not in taken:
                self._by_slot[slot] = one
                return one
        return None

    def refuse(self, slot: int, instance: str) -> None:
        """A kept one is somebody else's, or gone."""
        self._refused.add(instance)
        if slot in self._by_slot and self._by_slot[slot].id == instance:
            del self._by_slot[slot]

    def permit(self, slot: int, found: Sequence[Instance], price: float | None) -> None:
        """One more may be created, and is counted from now on. found: what the provider shows.

        Raises: Trouble.
        """
        there = {one.id for one in found if self._counts(one)} | self._made.keys()
        count = len(there) + len(self._making)
        if self._limits.instances is not None and count >= self._limits.instances:
            raise Trouble(
                f'"max_instances" {self._limits.instances} is reached: '
                f"{count} instances of the project {self._project} are there",
                "pydron cloud list shows them; end some, or allow more",
                lasting=False,
            )
        self._permit_cost(count + 1, price)
        self._making.add(slot)

    def made(self, slot: int, instance: Instance | None) -> None:
        """What became of it; None: nothing."""
        self._making.discard(slot)
        if instance is not None:
            self._by_slot[slot] = self._made[instance.id] = instance

    def ended(self, instance: Instance) -> None:
        self._made.pop(instance.id, None)
        for slot, one in list(self._by_slot.items()):
            if one.id == instance.id:
                del self._by_slot[slot]

    def given(self, instance: Instance) -> None:
        """Somebody goes there."""
        self._given.add(instance.id)

    @property
    def made_here(self) -> list[Instance]:
        """Those that this keeper has created, and nobody has ended."""
        return list(self._made.values())

    @property
    def worth_keeping(self) -> set[str]:
        """Those that have work, or had."""
        return self._given & {one.id for one in self._by_slot.values()}

    def _permit_cost(self, count: int, price: float | None) -> None:
        if self._limits.cost is None:
            return
        each = self._limits.price if self._limits.price is not None else price
        if each is None:
            raise Trouble(
                'nobody knows what an instance costs, and there is a "max_cost_per_hour"',
                'say so as "price_per_hour"',
            )
        if each * count > self._limits.cost:
            raise Trouble(
                f'"max_cost_per_hour" {self._limits.cost:g} is reached: {count} instances of the '
                f"project {self._project} at {each:g} each would be {each * count:g}",
                "pydron cloud list shows them; end some, or allow more",
                lasting=False,
            )

    def _counts(self, one: Instance) -> bool:
        """What is being created may be shown already."""
        label = one.label
        is_being_made = label.session == self._session and label.slot in self._making
        return one.is_alive and label.project == self._project and not is_being_made

    def _will_do(self, one: Instance) -> bool:
        label = one.label
        return (
            label.project == self._project
            and label.session != self._session
            and label.kind == self._kind
            and one.state == "running"
            and bool(label.host_key)
            and label.expires is not None
            and label.expires - datetime.now(UTC) > _ENOUGH
        )
