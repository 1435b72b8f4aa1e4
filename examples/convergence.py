"""Magnets near the temperature at which they lose their magnetism: the Ising model.

For each temperature, independent Markov chains are added, four at a time, until the mean
magnetisation is known well enough: a loop that nobody can say the length of beforehand.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pydron_ng import functional, schedule

SIDE = 48  # spins along one side of the lattice


@functional
def magnetisation(temperature: float, seed: int, sweeps: int) -> float:
    """The mean of |magnetisation| per spin over the second half of a Markov chain."""
    random = np.random.default_rng(seed)
    spins = np.ones((SIDE, SIDE), dtype=np.int8)
    squares = np.indices(spins.shape).sum(axis=0) % 2
    seen = []
    for sweep in range(sweeps):
        for parity in (0, 1):
            flip(spins, squares == parity, temperature, random)
        if sweep >= sweeps // 2:
            seen.append(abs(spins.mean()))
    return float(np.mean(seen))


def flip(
    spins: NDArray[np.int8],
    where: NDArray[np.bool_],
    temperature: float,
    random: np.random.Generator,
) -> None:
    """One Metropolis step for all spins of one colour of the chessboard."""
    neighbours = sum(np.roll(spins, step, axis) for step in (1, -1) for axis in (0, 1))
    chance = np.exp(-2.0 / temperature * spins * neighbours)
    spins[where & (random.random(spins.shape) < chance)] *= -1


def standard_error(values: list[float]) -> float:
    return statistics.stdev(values) / math.sqrt(len(values))


@schedule
def sweep_temperatures(
    temperatures: list[float], tolerance: float, sweeps: int
) -> list[tuple[float, float, int]]:
    curve = []
    seed = 0
    for temperature in temperatures:
        values: list[float] = []
        error = 1.0
        while error > tolerance and len(values) < 64:
            for _ in range(4):
                values.append(magnetisation(temperature, seed, sweeps))
                seed += 1
            error = standard_error(values)
            print(f"T = {temperature:.2f}: {len(values)} chains, error {error:.5f}")
        curve.append((temperature, statistics.fmean(values), len(values)))
    return curve


def main(arguments: list[str] | None = None) -> list[tuple[float, float, int]]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", type=int, default=500, help="length of each Markov chain")
    parser.add_argument("--tolerance", type=float, default=0.01, help="standard error to reach")
    parser.add_argument("--output", type=Path, help="write the results there, as JSON")
    options = parser.parse_args(arguments)
    temperatures = [1.8, 2.0, 2.2, 2.3, 2.4, 2.6]
    curve = sweep_temperatures(temperatures, options.tolerance, options.sweeps)
    for temperature, mean, chains in curve:
        print(f"T = {temperature:.2f}  |m| = {mean:.4f}  {'#' * round(40 * mean)} ({chains})")
    if options.output:
        options.output.write_text(json.dumps(curve, indent=1))
    return curve


if __name__ == "__main__":
    main()
