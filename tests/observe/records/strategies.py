"""Records of any kind, those included that no run can have."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from pydron_ng.observe.records.record import NEVER, Call, Frame, Made, Need, Record, Worker
from tests.observe.records import synthetic

#: A machine that others share takes its time.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
times = st.floats(0, 10, allow_nan=False)
numbers = st.integers(0, 4)
keys = st.lists(numbers, min_size=1, max_size=3).map(tuple)
needs = st.builds(Need, site=numbers, of=numbers, common=numbers, carried=st.integers(-1, 3))


@st.composite
def calls(draw: st.DrawFn, number: int) -> Call:
    return synthetic.call(
        number,
        issued=draw(times),
        task=draw(numbers),
        key=draw(keys),
        calls=draw(st.integers(1, 50)),
        frame=draw(numbers),
        cause=draw(numbers) - 1,
        settled=draw(st.one_of(st.just(NEVER), times)),
        seconds=draw(st.one_of(st.just(0.0), times)),
        worker=draw(numbers) - 1,
        taken=draw(st.one_of(st.just(NEVER), times)),
        waited=draw(st.one_of(st.just(0.0), times)),
    )


@st.composite
def frames(draw: st.DrawFn, number: int) -> Frame:
    left = draw(st.one_of(st.just(NEVER), times))
    return synthetic.frame(number, draw(times), left, thread=draw(numbers), source=draw(numbers))


@st.composite
def mades(draw: st.DrawFn, number: int) -> Made:
    at = draw(times)
    why = draw(st.sampled_from(["not-issued", "too-short", "not-begun"]))
    seconds = draw(st.floats(0, 1)) * at
    return synthetic.made(
        at, seconds, frame=draw(numbers), call=number - 1, key=draw(keys), why=why
    )


@st.composite
def records(draw: st.DrawFn) -> Record:
    workers = [Worker(number, "", draw(times)) for number in range(draw(numbers))]
    return synthetic.record(
        [draw(calls(number)) for number in range(draw(st.integers(0, 12)))],
        [draw(frames(number)) for number in range(draw(numbers))],
        [draw(mades(number)) for number in range(draw(numbers))],
        workers=workers,
        seconds=draw(times),
        needs=draw(st.lists(st.lists(needs, max_size=4).map(tuple), max_size=3).map(tuple)),
        always_sent=draw(st.booleans()),
    )
