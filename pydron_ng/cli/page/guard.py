"""Who may see the page, and end something there; what a browser may do with it."""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from collections.abc import Collection
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Nothing from elsewhere, nothing inline; in no frame; no form leads away.
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
_LEAST_LETTERS = 16
_OTHERS = 0o077

#: What a caller may do, by the token that he has.
Access = Literal["read", "end"]


class Rules(NamedTuple):
    """token: who has it may end something; None: nobody may. hosts: names that the page goes by.

    is_open: may others read? Else they need the token, too; then it may go by any name.
    """

    token: str | None
    hosts: Collection[str]
    is_open: bool

    def access(self, headers: Headers) -> Access | None:
        """What somebody may do; None: nothing. The token is in a header that no form can send."""
        kind, _, given = headers.get("authorization", "").partition(" ")
        if not given:
            return "read" if self.is_open else None
        if self.token is None or kind.lower() != "bearer":
            return None
        return "end" if hmac.compare_digest(given.encode(), self.token.encode()) else None

    def is_known(self, headers: Headers) -> bool:
        """Is the page asked for by a name of its own, and by itself?

        Else a name of somebody's could lead his page here, through a browser on this machine.
        """
        host = headers.get("host", "")
        origin = headers.get("origin")
        is_ours = not self.is_open or _name(host) in self.hosts
        return is_ours and (origin is None or _place(origin) == host)


def _place(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


class Guard:
    """Answers those who may not be here; what others are answered says what a browser may do."""

    def __init__(self, app: ASGIApp, rules: Rules, guarded: Collection[str]) -> None:
        """guarded: paths that tell anything, or do."""
        self._app = app
        self._rules = rules
        self._guarded = guarded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, sent)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if not self._rules.is_known(headers):
            return PlainTextResponse("this page does not go by that name", 421)
        scope["access"] = access = self._rules.access(headers)
        if access is None and scope["path"] in self._guarded:
            return PlainTextResponse("the token is missing, or is another one", 401)
        return None


def token_in(path: str) -> str:
    """What the file holds; it is made if it is not there, and nobody else may read it.

    Raises: OSError; ValueError, which says what is wrong with it.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _checked(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        token = secrets.token_urlsafe(32)
        file.write(f"{token}\n")
    return token


def _checked(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        mode = os.fstat(file.fileno()).st_mode
        token = file.read().strip()
    if stat.S_ISREG(mode) and mode & _OTHERS:
        raise ValueError(f"others can read {path}\n  try: chmod 600 {path}")
    if len(token) < _LEAST_LETTERS or not token.isascii() or not token.isprintable():
        why = f"{path} holds no token: that is one line of {_LEAST_LETTERS} letters or more"
        raise ValueError(f"{why}\n  try: remove it, and it is made anew")
    return token
