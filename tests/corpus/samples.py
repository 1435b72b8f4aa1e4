"""The programs, and what each of them leaves sequential."""

from __future__ import annotations

from functools import partial

from tests.corpus import fixes
from tests.corpus.sample import Sample

_BENCHMARKS = "pyperformance/data-files/benchmarks"


def _benchmark(name: str, folder: str, **given: object) -> Sample:
    path = f"{_BENCHMARKS}/bm_{folder}/run_benchmark.py"
    return Sample(name, "pyperformance", "1.11.0", "MIT", path, **given)  # type: ignore[arg-type]


_sympy = partial(Sample, package="sympy", version="1.13.3", licence="BSD-3-Clause")
_nltk = partial(Sample, package="nltk", version="3.9.1", licence="Apache-2.0")

SAMPLES = (
    _benchmark(
        "spectral-norm",
        "spectral_norm",
        functional=("part_A_times_u", "part_At_times_u"),
        scheduled=("eval_times_u", "eval_AtA_times_u"),
        run="eval_AtA_times_u(eval_AtA_times_u([1] * 400))",
    ),
    _benchmark(
        "monte-carlo",
        "scimark",
        functional=("MonteCarlo",),
        scheduled=("bench_MonteCarlo",),
        run="bench_MonteCarlo(20, 50000) and None",
    ),
    _benchmark(
        "raytrace",
        "raytrace",
        functional=("Scene.rayColour",),
        scheduled=("Scene.render",),
        run="bench_raytrace(1, 20, 15, None) and None",
        remainder=fixes.RAYTRACE,
    ),
    _benchmark(
        "regex-effbot",
        "regex_effbot",
        functional=("gen_string_table",),
        scheduled=("init_benchmarks",),
        run="len(init_benchmarks())",
    ),
    _benchmark(
        "regex-v8",
        "regex_v8",
        functional=tuple(f"block{n}" for n in range(12)),
        scheduled=("bench_regex_v8",),
        run="bench_regex_v8(3) and None",
    ),
    _benchmark(
        "sympy-benchmark",
        "sympy",
        functional=("bench_expand", "bench_integrate", "bench_sum", "bench_str"),
        scheduled=("bench_sympy",),
        run="[bench_sympy(3, globals()['bench_' + name]) and None for name in BENCHMARKS]",
        remainder=fixes.SYMPY_BENCHMARK,
    ),
    _benchmark(
        "chaos",
        "chaos",
        functional=("Spline.__call__",),
        scheduled=("Chaosgame.__init__",),
        run="Chaosgame([Spline([GVector(1.597350, 3.304460, 0.0), GVector(1.575810, 4.123260, 0.0),"
        " GVector(1.313210, 5.288350, 0.0), GVector(1.618900, 5.329910, 0.0)], 3,"
        " [0, 0, 0, 1, 1, 1])], 0.25).num_trafos",
    ),
    _sympy(
        name="vandermonde",
        path="examples/intermediate/vandermonde.py",
        functional=("gen_poly",),
        scheduled=("main",),
        run="main()",
        remainder=fixes.VANDERMONDE,
    ),
    _sympy(
        name="limits",
        path="examples/beginner/limits_examples.py",
        functional=("limit",),
        scheduled=("main",),
        run="main()",
        remainder=fixes.LIMITS,
    ),
    _nltk(
        name="phonetic-alignment",
        path="nltk/metrics/aline.py",
        functional=("align",),
        scheduled=("demo",),
        run="demo()",
    ),
    _nltk(
        name="string-distances",
        path="nltk/metrics/distance.py",
        functional=(
            "edit_distance",
            "jaro_similarity",
            "jaro_winkler_similarity",
            "binary_distance",
            "jaccard_distance",
            "masi_distance",
        ),
        scheduled=("demo",),
        run="demo()",
    ),
    _nltk(
        name="tableau-prover",
        path="nltk/inference/tableau.py",
        functional=("tableau_test",),
        scheduled=("testTableauProver",),
        run="testTableauProver()",
    ),
    _nltk(
        name="resolution-prover",
        path="nltk/inference/resolution.py",
        functional=("resolution_test",),
        scheduled=("testResolutionProver",),
        run="test_clausify(), testResolutionProver()",
    ),
    _nltk(
        name="propositional-models",
        path="nltk/sem/evaluate.py",
        functional=("Model.evaluate",),
        scheduled=("propdemo",),
        run="propdemo()",
        remainder=fixes.PROPOSITIONAL_MODELS,
    ),
    _benchmark(
        "json-loads",
        "json_loads",
        functional=("json.loads",),
        scheduled=("bench_json_loads",),
        run="bench_json_loads([json.dumps(o) for o in (DICT, TUPLE, DICT_GROUP)])",
    ),
    _benchmark(
        "json-dumps",
        "json_dumps",
        functional=("json.dumps",),
        scheduled=("bench_json_dumps",),
        run="bench_json_dumps([(SIMPLE_DATA, range(50)), (NESTED_DATA, range(50))])",
    ),
    _benchmark(
        "deepcopy",
        "deepcopy",
        functional=("copy.deepcopy",),
        scheduled=("benchmark_memo",),
        run="benchmark_memo(100) and None",
    ),
    _sympy(
        name="partial-differential-equations",
        path="examples/intermediate/partial_differential_eqs.py",
        functional=("pde_separate",),
        scheduled=("main",),
        run="main()",
        remainder=fixes.PARTIAL_DIFFERENTIAL_EQUATIONS,
    ),
    _sympy(
        name="finite-elements",
        path="examples/advanced/fem.py",
        functional=("ReferenceSimplex.integrate",),
        scheduled=("main",),
        run="main()",
        remainder=fixes.FINITE_ELEMENTS,
    ),
    Sample(
        name="fit-multiple-data-sets",
        package="lmfit",
        version="1.3.2",
        licence="BSD-3-Clause",
        path="examples/example_fit_multi_datasets.py",
        functional=("gauss_dataset",),
        scheduled=("objective",),
        run="main()",
        flat=True,
        remainder=fixes.FIT_MULTIPLE_DATA_SETS,
    ),
)
