"""What all kinds of workers on other hosts are told in pydron.conf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

if TYPE_CHECKING:
    from pydron_ng.backends.remote.plan import Plan

Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See docs/configuration.md."""

    enabled: bool = True
    cores: Annotated[int, msgspec.Meta(ge=1)] | Literal["auto"] = "auto"
    python: Annotated[str, msgspec.Meta(min_length=1)] = "python3"
    tmp_dir: Annotated[str, msgspec.Meta(min_length=1)] = "/tmp"  # noqa: S108  ours in it is private
    keep: bool = True
    required: bool = False
    requirements: tuple[str, ...] = ()
    blas_threads: Literal["limit", "keep"] = "limit"
    silence_seconds: Seconds = 20.0
    timeout_seconds: Seconds = 30.0

    def __post_init__(self) -> None:
        if self.requirements:
            from packaging.requirements import InvalidRequirement, Requirement

            for text in self.requirements:
                try:
                    Requirement(text)
                except InvalidRequirement as error:
                    raise ValueError(f"requirements: {text!r} is none that pip takes") from error

    def plan(
        self,
        name: str,
        by: Literal["command", "paramiko", "cloud"],
        way: Mapping[str, Any],
        cores: int | None = None,
    ) -> Plan:
        """For one host. cores: if it has a number of its own."""
        from pydron_ng.backends.remote.plan import Plan

        own = None if self.cores == "auto" else self.cores
        return Plan(
            name,
            by,
            way,
            python=self.python,
            tmp_dir=self.tmp_dir,
            cores=cores or own,
            required=self.required,
            keep=self.keep,
            blas_threads=self.blas_threads,
            requirements=self.requirements,
            silence_seconds=self.silence_seconds,
            timeout_seconds=self.timeout_seconds,
        )
