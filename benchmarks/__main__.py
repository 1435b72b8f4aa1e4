"""All benchmarks, one after the other: ``python -m benchmarks``."""

from __future__ import annotations

from benchmarks import critical_path, driver_cost, noop, undecorated

for benchmark in (critical_path, undecorated, noop, driver_cost):
    print(f"\n# {(benchmark.__doc__ or '').splitlines()[0]}")
    benchmark.main()
