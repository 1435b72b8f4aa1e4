"""All benchmarks, one after the other: ``python -m benchmarks``."""

from __future__ import annotations

from benchmarks import (
    cold_start,
    critical_path,
    driver_cost,
    large_values,
    noop,
    simulation,
    traps,
    undecorated,
)

for benchmark in (cold_start, critical_path, undecorated, traps, noop, driver_cost, large_values):
    print(f"\n# {(benchmark.__doc__ or '').splitlines()[0]}")
    benchmark.main()
print(f"\n# {(simulation.__doc__ or '').splitlines()[0]}")
simulation.main([])
