"""Which workers may do tasks that not all may: asked for such tasks, and of workers that come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from pydron_ng.pool.choosing import Answer, Choice, Choices, Where
from pydron_ng.pool.driver import PoolDriver

if TYPE_CHECKING:
    from pydron_ng.backends.info import WorkerInfo

#: Has something done soon, by another thread.
Later = Callable[[Callable[[], object]], None]


class Suiting:
    """Asks, which is the user's code and never done under the lock, and tells the scheduler.

    later: has it done by who may take his time.
    """

    def __init__(
        self,
        driver: PoolDriver,
        used: Collection[Choice],
        entered: Callable[[], AbstractContextManager[None]],
        found: Callable[[Choice], None],
    ) -> None:
        """used: those that have tasks. entered: with the lock held.

        found: told, with it held, when it is known who may do the tasks of one.
        """
        self._driver = driver
        self._used = used
        self._entered = entered
        self._found = found
        self._choices = Choices(self._forget)
        self._staff = 0  # how often workers have come or gone
        self.later: Later = lambda _: None

    def of(self, where: Where) -> Choice:
        """Those workers of which it is true, or that have the label."""
        with self._driver.lock:
            return self._choices.of(where, self._used)

    def ask(self, choices: Collection[Choice]) -> None:
        """Find out who is fit for the tasks of these; once more, if others are there by then.

        Raises: RuntimeError in a fork.
        """
        while choices:
            with self._entered():
                if self._driver.closed:
                    return
                self._driver.hire()
                staff = self._staff
                infos = [worker.info for worker in self._driver.lookout.workers()]
            choices = [one for one in choices if not self._is_settled(one, staff, infos)]

    def _is_settled(self, choice: Choice, staff: int, infos: Sequence[WorkerInfo]) -> bool:
        """Ask who is fit; False: workers have come or gone meanwhile."""
        answer = None if choice.is_fresh(staff) else choice.ask(infos)
        with self._driver.lock, self._driver.whole():
            if staff == self._staff and not self._driver.closed:
                self._take(choice, answer or choice.answer)
            return staff == self._staff

    def _take(self, choice: Choice, answer: Answer) -> None:
        for worker in answer.fit ^ choice.fit:
            self._driver.suit(worker, choice.kind, fits=worker in answer.fit)
        choice.take(answer, self._staff)
        self._found(choice)

    def workers_changed(self) -> None:
        """They have come or gone; under the lock."""
        self._staff += 1
        if choices := list(self._used):
            self._driver.expects += 1
            self.later(partial(self._ask_now, choices))

    def _ask_now(self, choices: Collection[Choice]) -> None:
        try:
            self.ask(choices)
        finally:
            with self._driver.lock:
                self._driver.expects -= 1

    def _forget(self, choice: Choice) -> None:
        for worker in choice.fit:
            self._driver.suit(worker, choice.kind, fits=False)
        choice.forget()
