"""Objects in images: the sample images that come with scikit-image, through one pipeline.

Each image is calibrated, denoised, segmented and measured; one that has too little to tell is
rejected, by its quality or because nothing stands out of it. At the end there is one report.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
from numpy.typing import NDArray
from skimage import color, filters, io, measure, morphology, restoration, segmentation, transform

from pydron_ng import functional, schedule

Image = NDArray[np.float64]


class NothingFound(Exception):
    """No object stands out of an image."""


@dataclass(frozen=True)
class Objects:
    """What was measured in one image."""

    count: int
    area: float  # median, in pixels
    eccentricity: float  # median: 0 is a circle, 1 is a line
    contrast: float  # objects against their surroundings


@functional
def calibrate(path: Path, width: int) -> Image:
    """Grey values between 0 and 1, `width` pixels wide, with even lighting."""
    raw = io.imread(path)
    grey = color.rgb2gray(raw[..., :3]) if raw.ndim == 3 else raw / np.iinfo(raw.dtype).max
    height = round(width * grey.shape[0] / grey.shape[1])
    small = transform.resize(grey, (height, width), anti_aliasing=True)
    lighting = filters.gaussian(small, sigma=width / 8)
    flat = small - lighting
    return np.asarray((flat - flat.min()) / max(np.ptp(flat), 1e-9), dtype=np.float64)


@functional
def denoise(image: Image) -> Image:
    smooth = restoration.denoise_tv_chambolle(image, weight=0.1, max_num_iter=80)
    return np.asarray(smooth, dtype=np.float64)


@functional
def quality(image: Image, clean: Image) -> float:
    """Signal to noise: what is left by the denoising against what was taken away."""
    return float(clean.std() / max((image - clean).std(), 1e-9))


@functional
def segment(clean: Image) -> NDArray[np.int32]:
    """The number of the object at each pixel, 0 for the background."""
    mask = morphology.opening(clean > filters.threshold_otsu(clean), morphology.disk(3))
    labels = segmentation.clear_border(measure.label(mask))
    if not labels.any():
        raise NothingFound(f"{np.mean(mask):.0%} of it is foreground, all at the border")
    return np.asarray(labels, dtype=np.int32)


@functional
def describe(clean: Image, labels: NDArray[np.int32]) -> Objects:
    regions = measure.regionprops(labels, clean)
    inside = labels > 0
    return Objects(
        count=len(regions),
        area=float(np.median([region.area for region in regions])),
        eccentricity=float(np.median([region.eccentricity for region in regions])),
        contrast=float(clean[inside].mean() - clean[~inside].mean()),
    )


@schedule
def survey(paths: list[Path], width: int) -> tuple[dict[str, Objects], dict[str, str]]:
    found = {}
    rejected = {}
    for path in paths:
        image = calibrate(path, width)
        clean = denoise(image)
        signal = quality(image, clean)
        if signal < 2:
            print(f"{path.name}: rejected, signal to noise {signal:.2f}")
            rejected[path.name] = "noise"
            continue
        try:
            objects = describe(clean, segment(clean))
        except NothingFound as reason:
            print(f"{path.name}: rejected, {reason}")
            rejected[path.name] = "empty"
        else:
            print(f"{path.name}: {objects.count} objects, signal to noise {signal:.2f}")
            found[path.name] = objects
    return found, rejected


def sample_images() -> list[Path]:
    folder = Path(skimage.data.__file__).parent
    return sorted(path for path in folder.iterdir() if path.suffix in {".png", ".jpg"})


def report(found: dict[str, Objects], rejected: dict[str, str]) -> None:
    print(f"\n{'image':<24}{'objects':>8}{'area':>10}{'eccentricity':>14}{'contrast':>10}")
    for name, each in sorted(found.items(), key=lambda item: -item[1].contrast):
        figures = (
            f"{each.count:>8}{each.area:>10.1f}{each.eccentricity:>14.3f}{each.contrast:>10.3f}"
        )
        print(f"{name:<24}{figures}")
    print(f"{len(found)} images measured, {len(rejected)} rejected")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=640, help="pixels to scale each image to")
    parser.add_argument("--output", type=Path, help="write the results there, as JSON")
    options = parser.parse_args(arguments)
    found, rejected = survey(sample_images(), options.width)
    report(found, rejected)
    results = {"found": {name: asdict(each) for name, each in found.items()}, "rejected": rejected}
    if options.output:
        options.output.write_text(json.dumps(results, indent=1))
    return results


if __name__ == "__main__":
    main()
