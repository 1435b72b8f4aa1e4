"""Rented workers keep the contract, and the promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.backends.clouds.ec2 import Ec2
from tests.backends.contract import Contract
from tests.backends.promise import HostPromise
from tests.backends.rig import Rig


@pytest.fixture(scope="module")
def ec2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ec2]:
    ec2 = Ec2(tmp_path_factory.mktemp("ec2"))
    yield ec2
    ec2.close()


class TestCloud(Contract):
    type = "cloud"
    rounds = 1

    @pytest.fixture(autouse=True)
    def _ec2(self, ec2: Ec2) -> None:
        self.ec2 = ec2

    def make(self, **more: Any) -> Rig:
        return Rig("cloud", **self.ec2.keys, **more)


class TestCloudForPrograms(HostPromise):
    @classmethod
    def of(cls, request: pytest.FixtureRequest) -> dict[str, Any]:
        ec2: Ec2 = request.getfixturevalue("ec2")
        return {"type": "cloud", "cores": 2, **ec2.keys}
