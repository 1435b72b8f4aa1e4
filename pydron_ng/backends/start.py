"""Threads that start as a whole, even where an exception of a signal handler comes in between."""

from __future__ import annotations

import _thread
from threading import Thread


def start(thread: Thread) -> None:
    """Start `thread`.

    ``Thread.start`` that is broken off half-way leaves its thread with a complaint on standard
    error. No signal handler runs in the thread that calls it here.

    Raises:
        RuntimeError: there are no more threads to be had.
    """
    failures: list[BaseException] = []
    done = _thread.allocate_lock()
    done.acquire()

    def run() -> None:
        try:
            thread.start()
        except BaseException as failure:  # it belongs to who waits
            failures.append(failure)
        finally:
            done.release()

    _thread.start_new_thread(run, ())
    done.acquire()
    for failure in failures:
        raise failure
