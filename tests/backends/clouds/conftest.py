"""A cloud for a module, and an empty one for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backends.clouds.ec2 import Ec2


@pytest.fixture(scope="package")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ec2]:
    ec2 = Ec2(tmp_path_factory.mktemp("ec2"))
    yield ec2
    ec2.close()


@pytest.fixture
def ec2(region: Ec2) -> Iterator[Ec2]:
    yield region
    region.clear()
