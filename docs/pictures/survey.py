"""The program of the README."""

from __future__ import annotations

from typing import Any

from pydron_ng import functional, schedule


class BadFrame(Exception): ...


@functional
def calibrate(image: Any) -> Any: ...


@functional
def quality(image: Any) -> Any: ...


@functional
def fit(image: Any) -> Any: ...


@schedule
def survey(images: list[Any], log: Any) -> list[Any]:
    kept = []
    for image in images:
        try:
            clean = calibrate(image)
            if quality(clean) > 0.5:
                kept.append(fit(clean))
        except BadFrame as problem:
            log.write(f"{image}: {problem}\n")
    return kept
