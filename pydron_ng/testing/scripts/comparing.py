"""What differs between two runs of a script, and what of that is not due to scheduling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from pydron_ng.testing.observation import Difference
from pydron_ng.testing.scripts.folders import Content
from pydron_ng.testing.scripts.running import Ran

_NOTHING: Final = "(nothing)"
_WIDEST: Final = 300
#: More lines that differ are one difference: to match them would take minutes.
_MOST_LINES: Final = 2000


@dataclass(frozen=True, slots=True)
class _Place:
    """Lines ``start`` to ``stop``, not included, of one of the outputs of the sequential run."""

    output: str
    start: int
    stop: int
    is_replaced: bool  # by as many other lines


@dataclass(frozen=True, slots=True)
class Verdict:
    """differences: between sequential and scheduled.

    unrepeatable: those that are there between two sequential runs as well.
    """

    differences: tuple[Difference, ...]
    unrepeatable: tuple[Difference, ...] = ()


def judge(sequential: Ran, scheduled: Ran, again: Ran | None = None) -> Verdict:
    """Compare two runs; `again` is another sequential one, if there is one."""
    found = dict(_differences(sequential, scheduled))
    noise = set(_differences_only(sequential, again)) if again is not None else set()
    excused = {place for place in found if _is_excused(place, noise)}
    return Verdict(
        tuple(found[place] for place in found if place not in excused),
        tuple(found[place] for place in found if place in excused),
    )


def _differences_only(one: Ran, other: Ran) -> Iterator[_Place]:
    return (place for place, _ in _differences(one, other))


def _is_excused(place: _Place, noise: set[_Place]) -> bool:
    return any(
        other.output == place.output
        and other.start <= place.start
        and place.stop <= other.stop
        and (place.is_replaced or not other.is_replaced)
        for other in noise
    )


def _differences(one: Ran, other: Ran) -> Iterator[tuple[_Place, Difference]]:
    if one.status != other.status:
        shown = _ending(one), _ending(other)
        yield _Place("status", 0, 0, True), Difference("exit", "status", *shown)
    yield from _lines("stdout", one.out, other.out)
    yield from _lines("stderr", one.err, other.err)
    if one.files is not None and other.files is not None:
        yield from _files(one.files, other.files)


def _ending(ran: Ran) -> str:
    if ran.status is None:
        return f"(ended after {ran.seconds:.0f} s, which is as long as it was allowed)"
    return f"signal {-ran.status}" if ran.status < 0 else str(ran.status)


def _lines(
    name: str, one: Sequence[str], other: Sequence[str]
) -> Iterator[tuple[_Place, Difference]]:
    for start, stop, begin, end in _hunks(one, other):
        if stop - start == end - begin <= _MOST_LINES:
            for index in range(stop - start):
                left, right = one[start + index], other[begin + index]
                place = _Place(name, start + index, start + index + 1, is_replaced=True)
                yield place, _difference(name, start + index, [left], [right])
        else:
            place = _Place(name, start, stop, is_replaced=False)
            yield place, _difference(name, start, one[start:stop], other[begin:end])


def _difference(name: str, line: int, one: Sequence[str], other: Sequence[str]) -> Difference:
    return Difference(name, f"line {line + 1}", _shown(one), _shown(other))


def _hunks(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Where lines differ: from and to, in the one and in the other."""
    first = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if first is None:
        first = min(len(one), len(other))
    most = min(len(one), len(other)) - first
    same = (i for i in range(most) if one[-1 - i] != other[-1 - i])
    last = next(same, most)
    left, right = one[first : len(one) - last], other[first : len(other) - last]
    if max(len(left), len(right)) > _MOST_LINES:
        yield first, first + len(left), first, first + len(right)
        return
    for change, start, stop, begin, end in SequenceMatcher(
        None, left, right, autojunk=False
    ).get_opcodes():
        if change != "equal":
            yield first + start, first + stop, first + begin, first + end


def _files(
    one: Mapping[str, Content | None], other: Mapping[str, Content | None]
) -> Iterator[tuple[_Place, Difference]]:
    for path in sorted({**one, **other}):
        if path not in one or path not in other or one[path] != other[path]:
            left, right = _both(path, one, other)
            yield _Place(f"file {path}", 0, 0, True), Difference("file", path, left, right)


def _both(
    path: str, one: Mapping[str, Content | None], other: Mapping[str, Content | None]
) -> tuple[str, str]:
    left, right = one.get(path), other.get(path)
    if left and right and left.data is not None and right.data is not None:
        lines, others = _text(left.data), _text(right.data)
        start, stop, begin, end = next(_hunks(lines, others), (0, 0, 0, 0))
        at = f"line {start + 1}: "
        return at + _shown(lines[start:stop]), at + _shown(others[begin:end])
    return _state(path, one), _state(path, other)


def _text(data: bytes) -> list[str]:
    return data.decode(errors="backslashreplace").splitlines(keepends=True)


def _state(path: str, files: Mapping[str, Content | None]) -> str:
    if path not in files:
        return "(not written)"
    content = files[path]
    return "(removed)" if content is None else f"written, sha256 {content.digest[:16]}"


def _shown(lines: Sequence[str]) -> str:
    text = " | ".join(repr(line) for line in lines[:5])
    more = f" | ... {len(lines) - 5} more" if len(lines) > 5 else ""  # noqa: PLR2004 - as above
    text = text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
    return text + more or _NOTHING
