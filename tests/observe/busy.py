"""A function of sixty lines, with loops in loops: what a picture has to stay legible for."""

from __future__ import annotations

import random
from typing import Any

from pydron_ng import functional, schedule


@functional
def load(x: Any, *a: Any) -> Any: ...


@functional
def calibrate(x: Any, *a: Any) -> Any: ...


@functional
def bias(x: Any, *a: Any) -> Any: ...


@functional
def dark(x: Any, *a: Any) -> Any: ...


@functional
def register(x: Any, *a: Any) -> Any: ...


@functional
def stack(x: Any, *a: Any) -> Any: ...


@functional
def sources_in(x: Any, *a: Any) -> Any: ...


@functional
def deblend(x: Any, *a: Any) -> Any: ...


@functional
def photometry(x: Any, *a: Any) -> Any: ...


@functional
def astrometry(x: Any, *a: Any) -> Any: ...


@functional
def psf(x: Any, *a: Any) -> Any: ...


@functional
def refine(x: Any, *a: Any) -> Any: ...


@functional
def residual(x: Any, *a: Any) -> Any: ...


@functional
def redshift(x: Any, *a: Any) -> Any: ...


@functional
def summary(x: Any, *a: Any) -> Any: ...


@functional
def classify_the_morphology_of_an_extended_source(x: Any, *a: Any) -> Any: ...


def ask_archive(x: Any) -> Any: ...


def publish(x: Any) -> Any: ...


@schedule
def night(fields, epochs, catalogue, log, tolerance):  # type: ignore[no-untyped-def]
    master_bias = bias(catalogue.biases)
    master_dark = dark(catalogue.darks, master_bias)
    flats = {}
    for band in catalogue.bands:
        flats[band] = calibrate(band, master_bias, master_dark)
    psf_model = psf(catalogue.stars)
    archive = ask_archive(catalogue)
    known = calibrate(archive)
    reference = register(known, psf_model)
    results = []
    for one in fields:
        frames = []
        for epoch in epochs:
            raw = load(one, epoch)
            clean = calibrate(raw, master_bias, master_dark, flats)
            if residual(clean) > tolerance:
                log.write(f"{one}: bad frame")
                continue
            frames.append(register(clean, reference))
        deep = stack(frames)
        sources = sources_in(deep, psf_model)
        blended = [deblend(source, deep) for source in sources]
        model = psf(sources)
        error = 1.0
        while error > tolerance:
            model = refine(model, deep)
            error = residual(model, deep)
        fluxes = photometry(deep, model)
        positions = astrometry(sources, reference)
        kinds = []
        for source in blended:
            shape = classify_the_morphology_of_an_extended_source(source, model)
            z = redshift(source, fluxes)
            if shape is not None:
                kinds.append(refine(shape, z))
            else:
                kinds.append(summary(source, z))
        results.append(summary(positions, fluxes, kinds))
        log.write(f"{one}: done")
    publish(results)
    total = summary(results, reference)
    final = stack(results)
    report = summary(final, total)
    checked = residual(report, final)
    noise = [random.random() for _ in range(10)]
    simulated = [photometry(n, checked) for n in noise]
    quality = residual(simulated)
    for _ in range(3):
        log.write(str(quality))
        quality = refine(quality)
    return report, quality, total
