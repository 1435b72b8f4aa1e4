"""A performer for tests of backends: the blob's first part is a word, the rest its arguments."""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from pydron_ng.backends.base import Blob, Conversation, Say, Token
from pydron_ng.backends.folders import make
from pydron_ng.memory.arena import SHARE_BYTES, Arena


class Obedient:
    """Does what the word says; answers with bytes."""

    hold_seconds = 0.001

    def __init__(self, captures: str) -> None:
        self.captures = captures
        self.defined: dict[bytes, Blob] = {}
        self.settled: Blob = ()

    def share(self, arena: Arena) -> None:
        self.arena = arena

    def dwell(self, folder: str) -> None:
        self.folder = folder

    def define(self, token: Token, blob: Blob) -> None:
        self.defined[token] = blob

    def settings(self, blob: Blob) -> None:
        self.settled = blob

    def nest(self, conversation: Conversation, told: Blob) -> None:
        self.conversation, self.told = conversation, told

    def was_told(self) -> Blob:
        return self.told

    def ask(self, *questions: bytes) -> Blob:
        """The answers to these, in the order in which they come."""
        heard: queue.SimpleQueue[Blob] = queue.SimpleQueue()
        self.conversation.open(heard.put)
        for question in questions:
            self.conversation.say((question,))
        answers = [heard.get() for _ in questions]
        self.conversation.close()
        return tuple(part for answer in answers for part in answer)

    def ask_and_fork(self, question: bytes) -> Blob:
        """The answer; children that come and go meanwhile have no part in it."""
        heard: queue.SimpleQueue[Blob] = queue.SimpleQueue()
        self.conversation.open(heard.put)
        for _ in range(3):
            self.conversation.rest()
            child = os.fork()
            if not child:
                os._exit(0)
            os.waitpid(child, 0)
            self.conversation.resume()
        self.conversation.say((question,))
        answer = heard.get()
        self.conversation.close()
        return answer

    def hear_after(self, said: bytes) -> Blob:
        """Say it by way of what is due after a while; not what was called off."""
        done = threading.Event()
        self.conversation.after(0.001, lambda: self.conversation.say((b"never",)))
        self.conversation.call_off()

        def due() -> None:
            self.conversation.say((said,))
            done.set()

        self.conversation.open(lambda _: None)
        self.conversation.after(0.001, due)
        done.wait()
        self.conversation.close()
        return (b"said",)

    def perform(self, blob: Blob, say: Say) -> Blob | Coroutine[Any, Any, Blob]:
        word, *arguments = blob
        self.say = say
        deed: Callable[..., Blob | Coroutine[Any, Any, Blob]] = getattr(self, word.decode())
        return deed(*arguments)

    def remark(self, *remarks: bytes) -> Blob:
        """Say each of them, then that it is all."""
        for remark in remarks:
            self.say((remark,))
        return (b"all",)

    def remark_until(self, path: bytes) -> Blob:
        """Say, again and again, how often it has been said; the last one when the file is there."""
        for number in count(1):
            self.say((str(number).encode(), bytes(1000)))
            if os.path.exists(path):
                break
        return (str(number).encode(),)

    def remark_later(self, remark: bytes) -> Coroutine[Any, Any, Blob]:
        """Say it, and once more after others have had their turn."""
        return _remark_later(self.say, remark)

    async def nap(self, seconds: bytes) -> Blob:
        try:
            await asyncio.sleep(float(seconds))
        except asyncio.CancelledError:
            return (b"cancelled",)
        return (b"slept",)

    async def await_file(self, path: bytes) -> Blob:
        while not os.path.exists(path):  # noqa: ASYNC110, ASYNC240  a file is all there is
            await asyncio.sleep(0.001)
        return (b"seen",)

    async def touch_and_go(self, path: bytes) -> Blob:
        """Never suspends."""
        return self.touch(path)

    def leave_file(self) -> Blob:
        """The path of the folder that it keeps a file in."""
        make(self.folder)
        with open(os.path.join(self.folder, "file"), "w") as file:
            file.write("left behind")
        return (self.folder.encode(),)

    def stored(self, word: bytes) -> Blob:
        """The word again and again, in shared memory."""
        return (self.arena.store([word * SHARE_BYTES]),)

    def echo(self, *parts: bytes) -> Blob:
        return parts

    def lookup(self, token: bytes) -> Blob:
        return self.defined.get(token, (b"undefined",))

    def current_settings(self) -> Blob:
        return self.settled

    def made_for(self) -> Blob:
        return (self.captures.encode(),)

    def pid(self) -> Blob:
        return (str(os.getpid()).encode(),)

    def ids(self) -> Blob:
        """Process, its parent, its session, its group."""
        me = os.getpid()
        return (f"{me} {os.getppid()} {os.getsid(me)} {os.getpgid(me)}".encode(),)

    def variable(self, name: bytes) -> Blob:
        return (os.environ.get(name.decode(), "unset").encode(),)

    def hash_of(self, text: bytes) -> Blob:
        return (str(hash(text.decode())).encode(),)

    def evaluate(self, source: bytes) -> Blob:
        """Names that are there: os, sys."""
        return (repr(eval(source.decode(), {"os": os, "sys": sys})).encode(),)

    def exit(self) -> Blob:
        os._exit(3)

    def fail(self) -> Blob:
        raise RuntimeError("a performer that breaks its promise")

    def sleep(self, seconds: bytes) -> Blob:
        time.sleep(float(seconds))
        return (b"slept",)

    def touch_and_wait(self, path: bytes, awaited: bytes) -> Blob:
        self.touch(path)
        return self.wait_for(awaited)

    def hold(self, path: bytes) -> Blob:
        """Say so by writing the process id to the file `path`, then never return."""
        _announce(path)
        while True:
            time.sleep(60)

    def hold_gil(self, path: bytes) -> Blob:
        """The same, in C code that never releases the GIL."""
        _announce(path)
        return (str(pow(7, 10**9)).encode(),)

    def wait_for(self, path: bytes) -> Blob:
        """Return when the file is there."""
        while not os.path.exists(path):
            time.sleep(0.001)
        return (b"seen",)

    def touch(self, path: bytes) -> Blob:
        _announce(path)
        return (b"touched",)

    def exit_unless(self, path: bytes) -> Blob:
        """Die at the first attempt, which leaves the file behind."""
        if os.path.exists(path):
            return (b"survived",)
        _announce(path)
        os._exit(3)


async def _remark_later(say: Say, remark: bytes) -> Blob:
    say((remark,))
    await asyncio.sleep(0)
    say((remark,))
    return (b"all",)


def _announce(path: bytes) -> None:
    with open(path + b".part", "a") as file:
        file.write(f"{os.getpid()}\n")
    os.replace(path + b".part", path)
