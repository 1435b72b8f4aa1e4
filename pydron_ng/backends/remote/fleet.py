"""Workers on any number of other hosts, however these are reached: the backend of them all.

Which call goes where is none of its business. It minds hosts: one that fails is tried again, ever
more rarely; when none is there, that is said to the runtime, and those that come late are welcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from pydron_ng.backends.base import Blob, Capabilities, Events, Loop, WorkerId
from pydron_ng.backends.base import Frame as Work
from pydron_ng.backends.info import WorkerInfo
from pydron_ng.backends.remote.asking import HAS, answer_of
from pydron_ng.backends.remote.frames import Frame, Kind, cut, said
from pydron_ng.backends.remote.host import Host, Link, RemoteWorker
from pydron_ng.backends.remote.modules import source_of
from pydron_ng.backends.remote.plan import Plan
from pydron_ng.backends.remote.questions import answer_to
from pydron_ng.backends.remote.shelf import Shelf, nearest
from pydron_ng.backends.remote.trouble import Trouble
from pydron_ng.backends.station import WAY_OUT
from pydron_ng.backends.telling import tell
from pydron_ng.backends.wire import item
from pydron_ng.log import log

_FEWER = "%s: it gives %d cores now, %d fewer than it was asked for"


class Fleet:
    """The hosts, and who of their workers is who.

    identity: of the last one that was reached, as the way there tells; see ``Carrier``.
    """

    capabilities = Capabilities(kill=True, isolate=True, capture=True, keep=True)

    def __init__(self, plans: Sequence[Plan], performer: str) -> None:
        self._performer = performer
        self._plans = plans
        self._hosts = [Host(plan) for plan in plans]
        self._ids = map(WorkerId, count())
        self._workers: dict[WorkerId, RemoteWorker] = {}
        self.identity: dict[str, Any] = {}

    @property
    def workers(self) -> int:
        """How many there are to be, as far as anybody knows."""
        return sum(host.cores or 1 for host in self._hosts)

    @property
    def is_awaited(self) -> bool:
        return any(host.is_awaited for host in self._hosts)

    def start(self, count: int, events: Events, loop: Loop) -> None:
        self._events, self._loop = events, loop
        for host in sorted(self._hosts, key=_likeliest_first):
            share = min(count, max(0, host.free))
            count -= share
            self._want(host, share)
        self._want(self._hosts[0], count)
        self._despair()

    def submit(self, worker: WorkerId, frames: Sequence[Work]) -> None:
        if (found := self._workers.get(worker)) is not None:
            found.put([item(one) for one in frames])

    def listen(self, worker: WorkerId, *, wanted: bool) -> None:
        if (found := self._workers.get(worker)) is not None:
            found.listen(wanted=wanted)

    def place_of(self, blob: Blob) -> str:
        return nearest([(host.plan.name, host.shelf) for host in self._hosts], blob)

    def take_back(self, worker: WorkerId) -> None:
        raise NotImplementedError("what is on its way to another host is out of reach")

    def info(self, worker: WorkerId) -> WorkerInfo | None:
        found = self._workers.get(worker)
        return None if found is None else found.info()

    def kill(self, worker: WorkerId) -> None:
        if (found := self._workers.get(worker)) is not None:
            found.kill()

    def release(self, host: str) -> None:
        for one in self._hosts:
            if one.plan.name == host and not one.workers:
                one.hopeless, one.wanted, one.beyond = True, 0, 0
                link, one.link = one.link, None
                if link is not None:
                    link.hang_up()
                    link.forget()

    def close(self) -> None:
        links = [host.link for host in self._hosts if host.link is not None]
        for host in self._hosts:
            host.link, host.is_up, host.wanted, host.beyond = None, False, 0, 0
            host.workers.clear()
        self._workers.clear()
        for link in links:
            link.hang_up()
        for link in links:
            link.close()

    def forget(self) -> None:
        for host in self._hosts:
            if host.link is not None:
                host.link.forget()

    # --- hosts that come and go ---

    def _want(self, host: Host, count: int) -> None:
        host.wanted += count
        if count and host.link is None and not host.hopeless:
            self._connect(host)
        else:
            host.ask(count)

    def _connect(self, host: Host) -> None:
        order = host.plan.order(self._performer, host.packages.wanted(), host.failures)
        try:
            host.link = Link(order, self._loop, lambda: self._listen(host))
        except OSError as error:
            if error.strerror is None and not error.args:
                raise  # a signal handler's own, such as a bare TimeoutError
            self._fail(host, Trouble(f"no relay to it can be started: {error}", "", lasting=False))
            self._despair()

    def _listen(self, host: Host) -> None:
        """Take what has come from its relay."""
        assert host.link is not None
        try:
            for one in host.link.pull():
                self._note(host, one)
        except BlockingIOError:
            return
        except EOFError:
            why = f"the relay to it ended: {host.link.last_words()}"
            self._leave(host, Trouble(why, "report that", lasting=False))
        except ValueError as error:
            self._leave(host, Trouble(str(error), "see what carries the bytes", lasting=False))

    def _note(self, host: Host, one: Frame) -> None:
        match Kind(one.kind):
            case Kind.DATA:
                self._pass_on(host, one)
            case Kind.REACHED:
                self._reached(host, said(one.data))
            case Kind.NOTE:
                log().warning("%s: %s", host.plan.name, said(one.data)["text"])
            case Kind.UP:
                self._came(host, said(one.data))
            case Kind.VITALS:
                host.tells(**said(one.data))
            case Kind.JOINED:
                self._joined(host, one.number)
            case Kind.UNSTARTED:
                host.wanted -= one.number
                self._events.unstarted(one.number, _text(host, one))
            case Kind.ENDED:
                self._ended(host, one.number, _text(host, one))
            case Kind.ASK:
                self._answer(host, bytes(one.data))
            case Kind.LOST:
                self._leave(host, Trouble(**said(one.data)))
            case _:
                pass  # what is said to others

    def _reached(self, host: Host, identity: dict[str, Any]) -> None:
        self.identity = identity
        if "name" in identity:
            host.is_called(identity["name"])

    def _came(self, host: Host, found: dict[str, Any]) -> None:
        trouble = host.packages.check(found["python"], found["versions"], found["modules"])
        if trouble is not None:
            self._leave(host, trouble)
            return
        if more := host.came(found["cores"]):
            self._events.coming(more)
        host.shelf = Shelf(found["shelf"], found["room"])
        log().info("%s: here with Python %s", host.plan.name, found["python"])
        if host.beyond:
            log().warning(_FEWER, host.plan.name, host.cores, host.beyond)
        host.ask(host.wanted)
        if host.plan.is_open and all(one.is_up or one.hopeless for one in self._hosts):
            self._hosts.append(another := Host(self._plans[0]))
            self._connect(another)

    def _leave(self, host: Host, trouble: Trouble) -> None:
        """It is not there, or not any more."""
        link, host.link = host.link, None
        if link is None:
            return
        link.hang_up()
        link.forget()
        self._lose(host, trouble)

    def _lose(self, host: Host, trouble: Trouble) -> None:
        """Tell what that means now, and try it again: it may be back before anybody asks."""
        was_up = host.is_up
        self._fail(host, trouble)
        if host.plan.required and not was_up:
            self._events.refused(f"{host.why}{WAY_OUT}{trouble.way_out}")
            return
        if host.wanted and not host.hopeless and self._is_any_there():
            self._connect(host)
        self._despair()
        if host.link is None and self._is_tried_on(host):
            self._connect(host)

    def _is_tried_on(self, host: Host) -> bool:
        """Whether the host is looked for, though nobody needs it now."""
        return not host.hopeless

    def _fail(self, host: Host, trouble: Trouble) -> None:
        text = f"{host.plan.name}: {trouble.why}"
        if host.failures == 0:
            log().warning("%s%s", text, f"{WAY_OUT}{trouble.way_out}" if trouble.way_out else "")
        host.leaves()
        host.failures += 1
        host.hopeless = trouble.lasting
        host.why = text
        for pid in list(host.workers):
            self._ended(host, pid, text, with_host=True)

    def _is_any_there(self) -> bool:
        return any(host.is_promising for host in self._hosts)

    def _despair(self) -> None:
        """Say so, if there is no host that could have the workers that are wanted."""
        if self._is_any_there():
            return
        for host in self._hosts:
            wanted = host.wanted + host.beyond
            if wanted and (host.hopeless or host.link is None):
                host.wanted = host.beyond = 0
                self._events.unstarted(wanted, host.why)

    # --- workers ---

    def _joined(self, host: Host, pid: int) -> None:
        worker = RemoteWorker(next(self._ids), pid, host)
        host.wanted = max(0, host.wanted - 1)
        host.workers[pid] = self._workers[worker.id] = worker
        self._events.joined(worker.id, host.plan.name)

    def _pass_on(self, host: Host, one: Frame) -> None:
        worker = host.workers.get(one.number)
        if worker is not None and (items := worker.feed(one.data)):
            tell(self._events, worker.id, items)

    def _ended(self, host: Host, pid: int, why: str, *, with_host: bool = False) -> None:
        if (worker := host.workers.pop(pid, None)) is not None:
            worker.close()
            del self._workers[worker.id]
            self._events.lost(worker.id, why, with_host=with_host)

    def _answer(self, host: Host, question: bytes) -> None:
        assert host.link is not None
        name = question.decode()
        missing = _nobody if name.startswith(HAS) else host.packages.missing
        answer = answer_of(source_of(name.removeprefix(HAS), missing))
        host.link.send(cut(Kind.ANSWER, 0, [answer_to(question, answer)]))


def _nobody(_module: str) -> None:
    """Is told what the host has itself."""


def _likeliest_first(host: Host) -> tuple[bool, bool, int]:
    return host.hopeless, not host.is_up, host.failures


def _text(host: Host, one: Frame) -> str:
    return f"{host.plan.name}: {bytes(one.data).decode(errors='replace')}"
