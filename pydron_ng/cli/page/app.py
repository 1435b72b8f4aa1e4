"""What is served: the page, what it shows, told again every second, and an end to what runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from typing import Literal

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from pydron_ng.cli.page.guard import Guard, Rules
from pydron_ng.observe.look import palette
from pydron_ng.runtime.monitor import asking
from pydron_ng.runtime.monitor.messages import Cancel, Done, Kill, Refused
from pydron_ng.runtime.monitor.plain import told_as_json

_EVERY_SECONDS = 1.0
_MOST_BYTES = 4096
_KINDS = {
    "page.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_EVENTS, _END = "/events", "/end"


class Ending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be ended. id: ``POOL.NUMBER``."""

    pid: int
    what: Literal["task", "worker"]
    id: str

    def request(self) -> Cancel | Kill:
        """As the program is asked. Raises: ValueError."""
        pool, number = map(int, self.id.split("."))
        return Cancel(pool, number) if self.what == "task" else Kill(pool, number)


def app(rules: Rules, is_over: Callable[[], bool]) -> Starlette:
    """The application for ``uvicorn``. is_over: does the server end? Then all that is told does."""
    looks = _Looks()
    can_be_ended = rules.token is not None

    async def events(request: Request) -> Response:
        may_end = request.scope["access"] == "end"

        async def told() -> AsyncIterator[bytes]:
            while not is_over():
                found = await looks.latest()
                said = {**found, "can_be_ended": can_be_ended, "may_end": may_end}
                yield b"data: " + msgspec.json.encode(said) + b"\n\n"
                await asyncio.sleep(_EVERY_SECONDS)

        return StreamingResponse(told(), media_type="text/event-stream")

    async def end(request: Request) -> Response:
        if request.scope["access"] != "end":
            return JSONResponse({"why": "that takes the token"}, 401)
        try:
            ending = msgspec.json.decode(await _body(request), type=Ending)
            asked = ending.request()
        except (msgspec.DecodeError, ValueError) as error:
            return JSONResponse({"why": str(error)}, 400)
        return await run_in_threadpool(_ended, ending.pid, asked)

    assets = [Route(f"/{name}" if n else "/", _asset(name)) for n, name in enumerate(_KINDS)]
    return Starlette(
        routes=[*assets, Route(_EVENTS, events), Route(_END, end, methods=["POST"])],
        middleware=[Middleware(Guard, rules=rules, guarded={_EVENTS, _END})],
    )


def _asset(name: str) -> Response:
    text = files(__package__).joinpath("assets", name).read_text(encoding="utf-8")
    common = palette() if name == "page.css" else ""
    return Response(common + text, media_type=_KINDS[name])


class _Looks:
    """All who watch share one look."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._found: dict[str, object] = {}
        self._at = 0.0

    async def latest(self) -> dict[str, object]:
        async with self._lock:
            if time.monotonic() - self._at >= _EVERY_SECONDS / 2:
                self._found = await run_in_threadpool(_found)
                self._at = time.monotonic()
            return self._found


def _found() -> dict[str, object]:
    try:
        told, troubles = asking.look()
    except PermissionError as error:
        told, troubles = [], [str(error)]
    return {"now": time.time(), **told_as_json(told, troubles)}


def _ended(pid: int, asked: Cancel | Kill) -> Response:
    try:
        answer = asking.ask(pid, asked)
    except (asking.Gone, asking.Silent) as error:
        return JSONResponse({"why": str(error)}, 409)
    if isinstance(answer, Refused):
        return JSONResponse({"why": answer.why}, 409)
    assert isinstance(answer, Done)
    return JSONResponse({"done": answer.what})


async def _body(request: Request) -> bytes:
    """Raises: ValueError, if it is too long."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise ValueError("that is too long")
    return body
