"""What a worker has answered: values, or what is raised instead, and what is known of the calls."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from pydron_ng.errors import BackendError, WorkerLost
from pydron_ng.pool.desk import Desk
from pydron_ng.pool.files import put_all
from pydron_ng.pool.functions import Function
from pydron_ng.pool.future import Info
from pydron_ng.pool.jobs import Job
from pydron_ng.pool.parcels import Answer, Portable, Raised, Unpicklable, words_of
from pydron_ng.pool.said import parted, say_again


class RemoteTraceback(Exception):
    """The cause of an exception that a task has raised: the traceback on its worker, as text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class Failed:
    """A call has no value. exception: what is raised instead."""

    __slots__ = ("exception",)

    def __init__(self, exception: BaseException) -> None:
        self.exception = exception


def outcomes_of(desk: Desk, job: Job, function: Function) -> tuple[list[Any], list[Info]]:
    """Of each call its value, or Failed; what is known of each, or of the task as a whole.

    Prints what was printed, unless that is to be kept.
    """
    if job.lost is not None:
        return [Failed(_lost(desk, job))] * job.calls, [Info(job.worker, desk.host(job.worker))]
    try:
        answer = job.answer()
        outcomes = answer.outcomes if answer.is_fine else [_failed(o, job) for o in answer.outcomes]
    except BaseException as failure:  # reading it is the user's code
        if _is_interrupt(failure):
            raise
        why = f"the outcome of {job.label()} cannot be read: {words_of(failure)}"
        desk.failed(job, why, job.calls)
        return [Failed(BackendError(why))] * job.calls, [Info(job.worker, desk.host(job.worker))]
    desk.functions.took(function, answer.ended - answer.began, job.calls)
    desk.setup.answered(job.worker, answer.outcomes[0], desk.name)
    if not answer.is_fine:
        outcomes += [outcomes[0]] * (job.calls - len(outcomes))  # the initializer has failed
        _note_failures(desk, job, answer, sum(type(outcome) is Failed for outcome in outcomes))
    infos = _infos(desk, job, answer)
    if job.options.outputs and answer.is_fine:
        try:
            infos = [infos[0]._replace(files=_brought(answer, job.options.into))]
        except Exception as failure:  # there is no room for them, for one
            outcomes = [Failed(failure)]
    return outcomes, infos


def _is_interrupt(failure: BaseException) -> bool:
    """Is it for whoever waits, rather than of what is read?"""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and isinstance(failure, KeyboardInterrupt)


def _note_failures(desk: Desk, job: Job, answer: Answer, count: int) -> None:
    texts = [o.text for o in answer.outcomes if type(o) is Raised]
    texts += [o.why for o in answer.outcomes if type(o) is Unpicklable]
    if count:
        desk.failed(job, texts[0], count)


def _lost(desk: Desk, job: Job) -> Exception:
    if job.refusal is not None:
        return job.refusal
    if job.was_late:
        return TimeoutError(job.lost)
    lost = WorkerLost(f"{job.lost}{desk.setup.suspicion(job.worker)}")
    if why := desk.setup.why_hopeless:
        desk.give_up(why)
    return lost


_CAUSE: Any = BaseException.__dict__["__cause__"]


def _failed(outcome: Any, job: Job) -> Any:
    if type(outcome) is Raised:
        failure = outcome.exception
        if isinstance(failure, Portable):
            failure = failure.exception()
        if not issubclass(type(failure), BaseException):  # its class has it written as that
            came = f"came back as {type(failure).__qualname__} {failure!r}"
            return Failed(BackendError(f"{job.label()}: what it raised {came}:\n{outcome.text}"))
        _CAUSE.__set__(failure, RemoteTraceback(outcome.text))  # the class may forbid to set it
        return Failed(failure)
    if type(outcome) is Unpicklable:
        what = f"{job.label()}: a {outcome.what} cannot be sent back from its worker"
        return Failed(BackendError(f"{what}:\n{outcome.why}"))
    return outcome


def _infos(desk: Desk, job: Job, answer: Answer) -> list[Info]:
    """Of each call, where it was asked what each prints; else one of them all."""
    known = job.worker, desk.host(job.worker), answer.began, answer.ended
    if not job.options.capture:
        say_again(answer.said)
        if answer.is_fine:
            return [Info(*known)]
        return [Info(*known, traceback=next(filter(None, map(_traceback, answer.outcomes)), ""))]
    said = parted(answer.said, len(answer.outcomes))
    return [Info(*known, *s, _traceback(o)) for s, o in zip(said, answer.outcomes, strict=True)]


def _traceback(outcome: Any) -> str:
    return outcome.text if type(outcome) is Raised else ""


def _brought(answer: Answer, into: Path | None) -> dict[str, bytes | Path]:
    """The files that have come back, by their names: contents, or where they are now.

    Raises: OSError, ValueError.
    """
    if into is not None:
        return {**put_all(answer.files, into)}
    return {name: bytes(content) for name, _, content in answer.files}
