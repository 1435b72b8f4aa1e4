"""What all kinds of workers on other hosts are told in pydron.conf."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from pydron_ng.backends.common import Common, KeptMb, most_kept

if TYPE_CHECKING:
    from pydron_ng.backends.remote.plan import Plan
    from pydron_ng.backends.station import Station

Seconds = Annotated[float, msgspec.Meta(gt=0)]


class Keys(Common, frozen=True, kw_only=True):
    """See docs/configuration.md."""

    python: Annotated[str, msgspec.Meta(min_length=1)] = "python3"
    tmp_dir: Annotated[str, msgspec.Meta(min_length=1)] = "/tmp"  # noqa: S108  ours in it is private
    keep: bool = True
    kept_mb: KeptMb = "auto"
    required: bool = False
    requirements: tuple[str, ...] = ()
    versions: Literal["warn", "strict"] = "warn"
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
        by: Literal["command", "paramiko", "node", "cloud"],
        way: Mapping[str, Any],
        cores: int | None = None,
        *,
        is_open: bool = False,
    ) -> Plan:
        """For one host. cores: if it has a number of its own. is_open: for whoever comes."""
        from pydron_ng.backends.remote.plan import Plan

        return Plan(
            name,
            by,
            way,
            is_open=is_open,
            python=self.python,
            tmp_dir=self.tmp_dir,
            cores=cores or self.workers,
            labels=self.labels,
            required=self.required,
            keep=self.keep,
            kept_mb=most_kept(self.kept_mb),
            blas_threads=self.blas_threads,
            requirements=self.requirements,
            versions=self.versions,
            silence_seconds=self.silence_seconds,
            timeout_seconds=self.timeout_seconds,
        )

    def station(self, name: str, cores: int | None = None, **alone: Any) -> Station:
        """One of the hosts by itself. alone: the keys that say which; cores: as for ``plan``."""
        from pydron_ng.backends.station import Station

        asked = {"cores": 1, "required": True, "requirements": (), "versions": "warn"}
        return Station(
            name,
            msgspec.structs.replace(self, **asked, **alone),
            workers=cores or self.workers,
            tmp_dir=self.tmp_dir,
            requirements=self.requirements,
            versions=self.versions,
            patience_seconds=2 * self.timeout_seconds + self.silence_seconds,
        )
