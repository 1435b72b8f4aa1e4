"""The agent: the process on a host that alone watches the stream, and ends all when it ends.

It runs no user code. It has a launcher start workers, passes on what they and the program send
each other, and answers for the program where several workers ask for the same module.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from pydron_ng.backends import cores
from pydron_ng.backends.descriptors import Stream
from pydron_ng.backends.imports import version_of, versions_of
from pydron_ng.backends.launch import Crew, LauncherLink
from pydron_ng.backends.loop import SelectorLoop
from pydron_ng.backends.outfit import send_aside
from pydron_ng.backends.remote.channels import Asker, Ear, Mouth, Worker
from pydron_ng.backends.remote.frames import MOST_BYTES, Frame, Frames, Kind, frame, saying
from pydron_ng.backends.remote.place import Place
from pydron_ng.backends.remote.questions import Questions
from pydron_ng.backends.vitals import Vitals

#: So often within the time after which silence means death, each side says that it is there.
BEATS = 4
_LAUNCHER = 0  # asks, too


def main(into: int, out: int, settings: dict[str, Any], folder: str) -> None:
    """Serve until the stream, or this process, is gone.

    settings: "performer", "cores", "flags", "hash_seed", "silence_seconds", "blas_threads", "keep",
    "packages" and "modules": whose versions are asked for, "kept_mb", "lock": on the folder.
    folder: where our package is.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the stream tells
    home = os.path.dirname(folder)
    os.chdir(home)
    place = Place(home, settings["kept_mb"])
    agent = Agent(into, out, settings, place)
    try:
        agent.run()
    except BaseException:  # the process ends here whatever it was, after saying what it was
        sys.excepthook(*sys.exc_info())
    finally:
        agent.close()
        place.close()
        if not settings["keep"]:
            _remove(folder, settings["lock"])
        os._exit(0)


def _remove(folder: str, lock: int) -> None:
    """Unless another agent works from there; the last one does it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except OSError:  # some file systems have no locks
        pass
    shutil.rmtree(folder, ignore_errors=True)


class Agent:
    """One host's side of the stream."""

    def __init__(self, into: int, out: int, settings: dict[str, Any], place: Place) -> None:
        self._settings = settings
        self._place = place
        self._loop = SelectorLoop()
        self._ear = Ear(into)
        self._frames = Frames()
        self._mouth = Mouth(out, self._loop, self._taking)
        self._questions = Questions(lambda name: self._mouth.say(frame(Kind.ASK, 0, name)))
        self._silence: float = settings["silence_seconds"]
        self._heard = self._beaten = time.monotonic()
        self._crew = Crew(self._launch, self, self._loop)
        self._workers: dict[int, Worker] = {}
        self._askers: dict[int, Asker] = {}
        self._vitals = Vitals()
        self._is_over = False
        self._loop.register(into, self._listen, _never)

    def run(self) -> None:
        versions = {name: version_of(name) for name in self._settings["packages"]}
        up = {
            "cores": self._settings["cores"] or cores.available(),
            "python": sys.executable,
            "versions": versions,
        }
        up["modules"] = versions_of(self._settings["modules"])
        kept = {"shelf": self._place.folder, "room": self._place.room}
        self._mouth.say(saying(Kind.UP, **up, **kept))
        self._tell_vitals()
        pause = self._silence / BEATS
        while not self._is_over:
            self._loop.dispatch(self._loop.poll(pause))
            now = time.monotonic()
            if now - self._heard > self._silence:
                return
            if now - self._beaten >= pause:
                self._beaten = now
                self._mouth.say(frame(Kind.BEAT))

    def close(self) -> None:
        """End all that was started here; who asks for a module now would wait for ever."""
        for asker in self._askers.values():
            asker.close()
        self._crew.close()

    # --- what the program says ---

    def _listen(self) -> None:
        try:
            _, frames = self._frames.pull(self._ear)
        except BlockingIOError:
            return
        except (EOFError, OSError, ValueError):
            self._is_over = True
            return
        self._heard = time.monotonic()
        for one in frames:
            self._heed(one)

    def _heed(self, one: Frame) -> None:
        match one.kind:
            case Kind.START:
                self._crew.start(one.number)
            case Kind.KILL:
                self._crew.kill(one.number)
            case Kind.HOLD | Kind.HEAR:
                if (worker := self._workers.get(one.number)) is not None:
                    worker.hold(held=one.kind == Kind.HOLD)
            case Kind.DATA:
                if (worker := self._workers.get(one.number)) is not None:
                    worker.put(bytes(one.data))
            case Kind.VITALS:
                self._tell_vitals()
            case Kind.ANSWER:
                self._questions.answered(one.data)
            case _:
                pass  # a beat

    def _tell_vitals(self) -> None:
        workers = {pid: self._vitals.process(pid) for pid in self._workers}
        self._mouth.say(saying(Kind.VITALS, host=self._vitals.host(), workers=workers))

    def _launch(self) -> LauncherLink:
        os.environ["PYTHONHASHSEED"] = self._settings["hash_seed"]
        workers = self._settings["cores"] or cores.available()
        limits = self._settings["blas_threads"] == "limit"
        own = cores.thread_limits(workers) if limits else {}
        ours, theirs = socket.socketpair()
        with theirs:
            launcher = LauncherLink(
                self._settings["performer"],
                own,
                self._settings["flags"],
                theirs.fileno(),
                os.getcwd(),
            )
        self._askers[_LAUNCHER] = Asker(Stream(ours.detach()), self._loop, self._questions.asked)
        return launcher

    # --- what the crew tells ---

    def joined(self, pid: int, descriptor: int) -> None:
        stream = Stream(descriptor)
        with suppress(OSError):  # it has died: the launcher reports it
            self._askers[pid] = Asker(send_aside(stream), self._loop, self._questions.asked)
        self._workers[pid] = Worker(pid, stream, self._loop, self._mouth.pass_on, self._crew.kill)
        self._mouth.say(frame(Kind.JOINED, pid))

    def ended(self, pid: int, why: str) -> None:
        if (worker := self._workers.get(pid)) is not None:
            worker.empty()
            worker.close()
            del self._workers[pid]
            self._vitals.forget(pid)
            if (asker := self._askers.pop(pid, None)) is not None:
                asker.close()
            self._mouth.say(frame(Kind.ENDED, pid, why.encode()))

    def unstarted(self, count: int, why: str) -> None:
        self._mouth.say(frame(Kind.UNSTARTED, count, why.encode()[:MOST_BYTES]))

    # --- what the workers say ---

    def _taking(self, wanted: bool) -> None:
        """Whether there is room for more of it."""
        for worker in self._workers.values():
            worker.listen(wanted=wanted)


def _never() -> None:
    """What is only read from is never written to."""
