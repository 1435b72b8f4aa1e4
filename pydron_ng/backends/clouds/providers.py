"""What providers were called when each region of EC2 was one of its own."""

from __future__ import annotations

from collections.abc import Mapping

#: libcloud does not know them any more.
_REGIONS: Mapping[str, str] = {
    "ec2_us_east": "us-east-1",
    "ec2_us_east_ohio": "us-east-2",
    "ec2_us_west": "us-west-1",
    "ec2_us_west_oregon": "us-west-2",
    "ec2_ca_central_1": "ca-central-1",
    "ec2_eu_west": "eu-west-1",
    "ec2_eu_west_london": "eu-west-2",
    "ec2_ap_southeast": "ap-southeast-1",
    "ec2_ap_southeast_2": "ap-southeast-2",
    "ec2_ap_southeast2": "ap-southeast-2",
    "ec2_ap_northeast": "ap-northeast-1",
    "ec2_ap_northeast_1": "ap-northeast-1",
    "ec2_ap_northeast_2": "ap-northeast-2",
    "ec2_sa_east": "sa-east-1",
}


def today(provider: str, region: str) -> tuple[str, str]:
    """Provider and region, whatever they were called; a region that is named goes before."""
    if provider in _REGIONS:
        return "ec2", region or _REGIONS[provider]
    return provider, region
