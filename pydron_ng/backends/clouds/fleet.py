"""Workers on instances: a fleet of hosts whose keeper finds out where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydron_ng.backends.base import Events, Loop
from pydron_ng.backends.clouds.link import KeeperLink
from pydron_ng.backends.clouds.order import Order
from pydron_ng.backends.remote.fleet import Fleet
from pydron_ng.backends.remote.host import Host
from pydron_ng.backends.remote.plan import Plan
from pydron_ng.backends.remote.trouble import Trouble


class CloudFleet(Fleet):
    """Each host is a slot: its relay asks the keeper for the instance, which creates it then."""

    def __init__(self, plans: Sequence[Plan], performer: str, order: Order, desk: str) -> None:
        super().__init__(plans, performer)
        self._order = order
        self._desk = desk
        self._keeper: KeeperLink | None = None
        self._told: set[str] = set()

    def start(self, count: int, events: Events, loop: Loop) -> None:
        if self._keeper is None:
            try:
                self._keeper = KeeperLink(self._order, self._desk, loop)
            except OSError as error:
                if error.strerror is None and not error.args:
                    raise  # a signal handler's own, such as a bare TimeoutError
                events.unstarted(count, f"no keeper of instances can be started: {error}")
                return
        super().start(count, events, loop)

    def close(self) -> None:
        super().close()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.close()

    def forget(self) -> None:
        super().forget()
        if self._keeper is not None:
            self._keeper.forget()

    def _connect(self, host: Host) -> None:
        """Each relay has a turn of its own, so that the keeper knows who asked after whom."""
        turn = int(host.plan.way["turn"]) + 1
        host.plan = replace(host.plan, way={**host.plan.way, "turn": turn})
        super()._connect(host)

    def _is_tried_on(self, host: Host) -> bool:
        """An instance costs money: it is there while somebody needs it."""
        return host.wanted > 0 and super()._is_tried_on(host)

    def _lose(self, host: Host, trouble: Trouble) -> None:
        """What is the matter with the provider is the same for all, and told once."""
        if trouble.why in self._told:
            host.failures = max(host.failures, 1)
        self._told.add(trouble.why)
        super()._lose(host, trouble)
        if self._keeper is not None and host.link is None and (host.hopeless or not host.was_up):
            self._keeper.end(int(host.plan.way["slot"]), int(host.plan.way["turn"]))
