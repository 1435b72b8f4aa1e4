"""A bar in the middle: a call that nobody knows keeps others waiting."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule


@functional
def flat_field(band: Any) -> Any: ...


@functional
def calibrate(frame: Any, flat: Any) -> Any: ...


@functional
def refine(model: Any, frame: Any) -> Any: ...


@functional
def fit(model: Any, flat: Any) -> Any: ...


def ask_archive(name: Any) -> Any: ...


@schedule
def reduce(name: str, bands: list[str], steps: int) -> Any:
    flats = [flat_field(band) for band in bands]
    raw = ask_archive(name)
    frame = calibrate(raw, flats)
    model = None
    for _ in range(steps):
        model = refine(model, frame)
    return fit(model, flats)
