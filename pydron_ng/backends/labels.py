"""Labels: words of the user's own for workers, in pydron.conf."""

from __future__ import annotations

from typing import Annotated

import msgspec

Labels = tuple[Annotated[str, msgspec.Meta(pattern=r"^\S+$", examples=["gpu"])], ...]
