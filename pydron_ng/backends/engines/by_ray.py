"""A Ray cluster as an engine: each worker has an actor, which takes a processor and its orders."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import suppress
from typing import Any, ClassVar

from pydron_ng.backends.base import Capabilities
from pydron_ng.backends.engines import outpost
from pydron_ng.backends.engines.connecting import connect
from pydron_ng.backends.engines.edition import lacking
from pydron_ng.backends.engines.elsewhere import Elsewhere
from pydron_ng.backends.engines.engine import CarryOut, Places, Refused

#: So much work makes a batch worth its way.
_FRAME_SECONDS = 0.01
CAPABILITIES = Capabilities(
    kill=True,
    isolate=True,
    capture=True,
    keep=True,
    converse=False,
    frame_seconds=_FRAME_SECONDS,
)
#: So long actors are waited for that tidy up; those that are at something do not.
_LEAVE_SECONDS = 2.0
#: Larger orders go to the store of objects first.
_LARGE_BYTES = 1 << 20


class Ray:
    """The connection to a cluster. An actor that ends is never started again by Ray.

    users: of the one connection that a process may have. is_ours: was it made here?
    """

    is_pinned = kills = True
    start_seconds: float | None = None
    users: ClassVar[set[Ray]] = set()
    is_ours: ClassVar[bool] = False

    def __init__(self, address: str) -> None:
        self.name = f"ray {address}"
        self._address = address
        self._actors: dict[str, Any] = {}
        self._under_way: dict[Future[bytes], Any] = {}

    def open(self) -> None:
        if self in self.users:
            return
        try:
            Ray.is_ours |= connect(self._address)
        except Exception as failure:  # of whatever kind: it has many
            raise self.told(failure) from failure
        self.users.add(self)

    def places(self) -> Places:
        """Each is an actor that there is, or may be."""
        import ray

        try:
            processors = int(ray.cluster_resources().get("CPU", 0))
        except Exception as failure:
            self.users.discard(self)
            raise self.told(failure) from failure
        return {f"actor {n + 1}": 1 for n in range(max(1, processors))}

    def submit(self, place: str, call: CarryOut, data: bytes) -> Future[bytes]:
        import ray

        if place not in self._actors:
            made = ray.remote(num_cpus=1)(_actor_class())
            self._actors[place] = made.remote()
        given = ray.put(data) if len(data) > _LARGE_BYTES else data
        future: Future[bytes] = self._actors[place].call.remote(Elsewhere(call), given).future()
        self._under_way[future] = given  # Ray gives up what nobody holds
        future.add_done_callback(lambda done: self._is_done(place, done))
        return future

    def _is_done(self, place: str, done: Future[bytes]) -> None:
        from ray.exceptions import RayActorError

        self._under_way.pop(done, None)
        if isinstance(done.exception(), RayActorError):
            self._actors.pop(place, None)

    def told(self, failure: BaseException) -> Refused:
        from ray.exceptions import RayActorError, RayTaskError

        match failure:
            case Refused():
                return failure
            case RayTaskError(cause=ModuleNotFoundError(name=str(name))):
                return lacking(name)
            case RayActorError():
                return Refused("the process of a worker ended", "")
            case _:
                return Refused(f"{type(failure).__name__}: {failure}", "")

    def kill(self, place: str, house: str, seat: int) -> None:  # noqa: ARG002  all that it has
        """The actor with it; the next order there gets another one."""
        if (actor := self._actors.pop(place, None)) is not None:
            import ray

            with suppress(Exception):  # it is gone
                ray.kill(actor)

    def close(self, house: str) -> None:
        """The actors end, and all that they have started."""
        if self not in self.users:
            return
        import ray

        leave = Elsewhere(outpost.leave)
        with suppress(Exception):  # they are at something, or gone
            leaving = [actor.call.remote(leave, house) for actor in self._actors.values()]
            ray.get(leaving, timeout=_LEAVE_SECONDS)
        for place in list(self._actors):
            self.kill(place, house, 0)
        self.users.remove(self)
        if Ray.is_ours and not self.users:
            Ray.is_ours = False
            with suppress(Exception):  # the head is gone
                ray.shutdown()


_ACTOR = """
class Outpost:
    def call(self, function, *arguments):
        return function(*arguments)
"""


def _actor_class() -> Any:
    """Goes whole, as code of main; see ``elsewhere``."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(_ACTOR, namespace)
    return namespace["Outpost"]
