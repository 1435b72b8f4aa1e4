"""Programs on numpy arrays: views, layouts, last bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pydron_ng import functional, schedule
from pydron_ng.testing import Call

Image = NDArray[np.float64]


@functional
def flatten(image: Image, dark: Image) -> Image:
    return (image - dark) / 3


@functional
def total(image: Image) -> Any:
    return image.sum()


@functional
def crop(image: Image, margin: int = 1) -> Image:
    return image[margin:-margin, margin:-margin]


@functional
def layout(image: Image) -> tuple[Any, ...]:
    return (
        image.strides,
        image.flags.c_contiguous,
        image.flags.writeable,
        image.mean(0),
        image.sum(),
    )


@functional
def doubled_in_place(image: Image) -> Image:
    own = image.copy()
    own *= 2
    return own


@functional
def divide(image: Image, by: float) -> Image:
    return image / by


@schedule
def reduces_images(images: list[Image], dark: Image) -> tuple[list[Any], Image]:
    sums = []
    stack = np.zeros_like(dark)
    for image in images:
        clean = flatten(image, dark)
        stack += clean
        sums.append(total(clean))
    return sums, stack


@schedule
def writes_through_a_view(image: Image) -> tuple[Any, Image]:
    view = crop(image)
    view[:] = 1.0
    before = total(image)
    view *= 0.5
    return (before, total(image)), view


@schedule
def keeps_layouts(image: Image) -> list[Any]:
    return [layout(view) for view in (image, image.T, image[::-1], image[:, ::-1], image[1:, ::2])]


@schedule
def changes_results(image: Image) -> list[Image]:
    results = []
    for number in range(3):
        result = doubled_in_place(image)
        result[0, 0] = number
        image[0, 0] += 1
        results.append(result)
    return results


@schedule
def selects_by_quality(images: list[Image]) -> tuple[list[int], Any]:
    kept, best = [], None
    for number, image in enumerate(images):
        value = total(image)
        if value > 100 or np.isnan(value):
            kept.append(number)
            best = image if best is None or total(best) < value else best
    return kept, best


@schedule
def warns_about_division(image: Image) -> list[Any]:
    results: list[Any] = [divide(image, 0.0)]
    with np.errstate(all="ignore"):
        results.append(divide(image, 0.0))
    with np.errstate(all="raise"):
        try:
            results.append(divide(image, 0.0))
        except FloatingPointError as error:
            results.append(str(error))
    return results


@schedule
def read_only(image: Image) -> list[Any]:
    image.flags.writeable = False
    return [layout(image), doubled_in_place(image)]


def images() -> list[Image]:
    random = np.random.default_rng(1)
    return [random.normal(size=(12, 9)) * number for number in range(4)]


@schedule
def column_by_column(table: Image) -> tuple[Any, ...]:
    sums = [total(table[:, j]) for j in range(table.shape[1])]
    shapes = [layout(column.reshape(-1, 2)[::-1]) for column in table.T]
    parts = [crop(table[::3, 1::3]), crop(table.T[::3], 1)]
    table[:, 0] = total(table[:, 1])
    return sums, shapes, [part.tolist() for part in parts], total(table[:, 0])


@schedule
def small_arithmetic(values: Image) -> tuple[Any, ...]:
    scaled = values / values.max() - 0.5
    found = [total(scaled[scaled > bound]) for bound in np.linspace(-0.5, 0.5, 3)]
    for fold in np.array_split(np.arange(len(values)), 3):
        rest = np.delete(values, fold)
        found.append(total(rest) - values[fold].sum())
    scaled[scaled < 0] = 0
    found.append(total(scaled))
    other = scaled
    other += 1
    found.append(total(scaled * 2))
    return found, scaled


@schedule
def warns_in_its_place(values: Image) -> list[Any]:
    found = []
    for value in (1.0, 0.0, 2.0):
        print("by", value)
        found.append(total(values / value))
        found.append(total(np.sqrt(values - value)))
    return found


CALLS = (
    Call.of(small_arithmetic, np.arange(1.0, 9.0)),
    Call.of(small_arithmetic, np.arange(1, 9)),
    Call.of(warns_in_its_place, np.arange(1.0, 9.0)),
    Call(column_by_column, lambda: ([np.sin(np.arange(96.0)).reshape(12, 8)], {})),
    Call.of(reduces_images, images(), np.full((12, 9), 0.1)),
    Call.of(reduces_images, [*images(), np.zeros((2, 2))], np.full((12, 9), 0.1)),
    Call.of(writes_through_a_view, images()[1]),
    Call.of(keeps_layouts, images()[2]),
    Call.of(keeps_layouts, np.asfortranarray(images()[2])),
    Call.of(changes_results, images()[1]),
    Call.of(selects_by_quality, [*(image + 2 for image in images()), np.full((2, 2), np.nan)]),
    Call.of(warns_about_division, images()[1]),
    Call.of(read_only, images()[1]),
)
