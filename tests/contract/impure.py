"""Functions that break the contract of @functional, each in one way, and some that keep it."""

from __future__ import annotations

import locale
import os
import random
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal, getcontext

import numpy as np

COUNT = 0
LIMIT = 3
LOG: list[str] = []


class Box:
    made = 0

    def __init__(self, items: list[int]) -> None:
        self.items = items

    def add(self, item: int) -> int:
        self.items.append(item)
        return len(self.items)


def appends(items: list[int]) -> int:
    items.append(1)
    return len(items)


def fills(box: Box) -> None:
    box.items.append(1)


def exchanges(rows: list[list[int]]) -> None:
    rows[0] = list(rows[0])


def scales(image: np.ndarray) -> None:
    image *= 2


def draws_from(generator: np.random.Generator) -> None:
    generator.random()


def counts() -> None:
    global COUNT
    COUNT += 1


def logs_to_a_list(text: str) -> None:
    LOG.append(text)


def logs_by_a_helper(text: str) -> None:
    logs_to_a_list(text)


def remembers(item: int, seen: list[int] = []) -> int:
    seen.append(item)
    return 0


def remembers_by_keyword(item: int, *, seen: list[int] = []) -> int:
    seen.append(item)
    return 0


def marks_itself() -> None:
    marks_itself.called = True  # type: ignore[attr-defined]


def marks_its_class() -> None:
    Box.made += 1


def make_counter() -> Callable[[], int]:
    count = 0

    def counter() -> int:
        nonlocal count
        count += 1
        return 0

    return counter


in_a_closure = make_counter()


def moves(path: str) -> None:
    os.chdir(path)


def sets_a_variable() -> None:
    os.environ["SURVEY"] = "1"


def filters() -> None:
    warnings.simplefilter("ignore")


def rounds() -> None:
    getcontext().prec = 5


def errs() -> None:
    np.seterr(all="ignore")


def redirects() -> None:
    sys.stdout = sys.stderr


def draws() -> None:
    random.random()


def draws_an_array() -> None:
    np.random.rand(3)  # noqa: NPY002


def writes(path: str) -> None:
    with open(path, "w") as file:
        file.write("x")


def removes(path: str) -> None:
    os.remove(path)


def runs() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)


def asks() -> None:
    socket.getaddrinfo("127.0.0.1", 80)


def leaves_a_thread(event: threading.Event = threading.Event()) -> None:
    threading.Thread(target=time.sleep, args=(0.3,), daemon=True).start()


def tells_the_time() -> int:
    return time.perf_counter_ns()


def tells_the_process() -> int:
    return os.getpid()


def hashes(text: str) -> int:
    return hash(text)


def orders(words: list[str]) -> list[str]:
    return list(set(words))


def raises_at_random() -> None:
    raise ValueError(time.perf_counter_ns())


def kills() -> None:
    if getattr(threading.main_thread(), "is_pydron_worker", False):
        os._exit(3)


# --- what keeps the contract, but stays in the program ---


def goes_over(items: Iterator[int]) -> int:
    return sum(items)


def streams(n: int) -> Iterator[int]:
    yield from range(n)


def fails_with_a_chain() -> None:
    try:
        raise KeyError(1)
    except KeyError:
        raise ValueError(2)


# --- what keeps the contract, and travels ---


def adds(a: int, b: int = 2) -> int:
    return a + b


def says(text: str) -> str:
    print(text)
    warnings.warn(text)
    return text.upper()


def reads(path: str) -> str:
    with open(path) as file:
        return file.read()


def copies(items: list[int]) -> list[int]:
    return [*items, LIMIT]


def gives_back(items: list[int]) -> list[int]:
    return items


def draws_by_a_seed(seed: int) -> float:
    return random.Random(seed).random() + np.random.default_rng(seed).random()


def settles(text: str) -> Decimal:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Decimal(text)


def fails(n: int) -> int:
    raise ValueError(n)


def sorts(words: set[str]) -> list[str]:
    return sorted(words)


def imports_late(text: str) -> str:
    import xml.sax.saxutils

    return xml.sax.saxutils.escape(text)


def spells() -> str:
    return locale.setlocale(locale.LC_ALL)
