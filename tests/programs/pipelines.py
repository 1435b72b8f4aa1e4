"""Straight pipelines, sweeps and trees."""

from __future__ import annotations

import math
from typing import Any

from pydron_ng import functional, schedule
from pydron_ng.testing import Call
from tests.programs.work import spin


@functional
def calibrate(image: list[float], gain: float = 1.0) -> list[float]:
    spin(500)
    return [pixel * gain for pixel in image]


@functional
def denoise(image: list[float]) -> list[float]:
    spin(1500)
    return [round(pixel, 1) for pixel in image]


@functional
def quality(image: list[float]) -> float:
    return sum(image) / (len(image) or 1)


@functional
def merge(left: Any, right: Any) -> Any:
    spin(200)
    return left + right


@functional
def simulate(mass: float, radius: float, *, steps: int = 10) -> dict[str, float]:
    value = 0.0
    for _ in range(steps):
        value += math.sqrt(mass * radius) + value / 3
    return {"mass": mass, "radius": radius, "value": value}


@schedule
def straight_line(image: list[float]) -> tuple[list[float], float]:
    first = calibrate(image, 1.5)
    second = calibrate(image, gain=0.5)
    clean = denoise(first)
    other = denoise(second)
    both = merge(clean, other)
    return both, quality(both) - quality(image)


@schedule
def pipeline_per_item(images: list[list[float]]) -> list[tuple[int, float]]:
    results = []
    for number, image in enumerate(images):
        clean = denoise(calibrate(image, gain=number + 0.5))
        results.append((number, quality(clean)))
    return results


@schedule
def parameter_sweep(masses: list[float], radii: list[float]) -> dict[tuple[float, float], float]:
    table = {}
    for mass in masses:
        for radius in radii:
            table[mass, radius] = simulate(mass, radius, steps=5)["value"]
    return table


@schedule
def pairwise_tree(values: list[Any]) -> Any:
    parts = [merge(value, value) for value in values]
    while len(parts) > 1:
        merged = []
        for index in range(0, len(parts) - 1, 2):
            merged.append(merge(parts[index], parts[index + 1]))
        if len(parts) % 2:
            merged.append(parts[-1])
        parts = merged
    return parts[0] if parts else None


@schedule
def fan_out_and_in(image: list[float]) -> list[float]:
    gains = [0.5, 1.0, 2.0, -0.0]
    variants = [calibrate(image, gain) for gain in gains]
    total = variants[0]
    for variant in variants[1:]:
        total = merge(total, variant)
    return sorted(total, reverse=True)


@schedule
def one_call() -> dict[str, float]:
    return simulate(steps=3, radius=2.0, mass=1.0)


@schedule
def no_functional_call(values: list[int]) -> int:
    total = 0
    for value in values:
        total += value * value
    return total


@schedule
def options_in_a_dictionary(settings: dict[str, Any]) -> list[dict[str, float]]:
    results = []
    for steps in settings["steps"]:
        results.append(simulate(*settings["body"], **{"steps": steps}))
    return results


IMAGES = [[1.0, 2.25, -0.0], [], [float("nan"), 3.5], [1e300, 1e-300]]
CALLS = (
    Call.of(straight_line, [1.0, 2.04, 3.55]),
    Call.of(straight_line, []),
    Call.of(straight_line, ["a"]),
    Call.of(pipeline_per_item, IMAGES),
    Call.of(pipeline_per_item, [[1.0], None, [2.0]]),
    Call.of(parameter_sweep, [1.0, 2.0, 3.0], [0.5, 1.5]),
    Call.of(parameter_sweep, [1.0, -1.0], [2.0]),
    Call.of(pairwise_tree, [1, 2, 3, 4, 5, 6, 7]),
    Call.of(pairwise_tree, [[1], [2], [3]]),
    Call.of(pairwise_tree, []),
    Call.of(pairwise_tree, [1, "a"]),
    Call.of(fan_out_and_in, [3.0, -1.5]),
    Call.of(one_call),
    Call.of(no_functional_call, list(range(20))),
    Call.of(options_in_a_dictionary, {"steps": [1, 2, 3], "body": (2.0, 3.0)}),
    Call.of(options_in_a_dictionary, {"steps": [1]}),
)
