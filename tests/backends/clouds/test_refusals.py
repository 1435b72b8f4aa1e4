"""What a provider refuses, and machines that are of no use: told once, with place, why, way out."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.backends.clouds.refusals import trouble_with
from pydron_ng.errors import WorkerLost
from tests.backends.clouds.ec2 import SECRET, Ec2, helpers_of
from tests.backends.rig import Rig
from tests.backends.sshd import make_key


@pytest.fixture
def told(ec2: Ec2, caplog: pytest.LogCaptureFixture) -> Any:
    """What the user is told of instances that are made with these keys; nothing is left of them."""

    def why(count: int = 1, **keys: Any) -> str:
        rig = Rig("cloud", 1, count=count, **{**ec2.keys, **keys})
        rig.backend.start(count, rig, rig.loop)
        rig.until(lambda: sum(number for number, _ in rig.failures) == count)
        assert not rig.alive
        rig.until(lambda: not ec2.alive)
        rig.close()
        [text] = [r.getMessage() for r in caplog.records if r.name == "pydron_ng"]
        caplog.clear()
        assert SECRET not in text
        return text

    return why


PLACE = "cloud ec2 us-east-1 1 of 1: "


def test_credentials_that_are_wrong(told: Any, ec2: Ec2) -> None:
    ec2.refusals["DescribeImages"] = "AuthFailure", "AWS was not able to validate them"
    text, way_out = told().splitlines()
    assert text.startswith(f"{PLACE}the provider does not take these credentials: AuthFailure")
    assert way_out == '  try: check "accesskeyid" and "accesskey", or the variables that hold them'


def test_credentials_that_are_not_there(told: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    text = told(accesskeyid="", accesskey="")
    assert text.startswith(f"{PLACE}there are no credentials for ec2 us-east-1\n")
    assert '"accesskeyid_env"' in text


def test_credentials_that_are_not_enough(told: Any, ec2: Ec2) -> None:
    ec2.refusals["RunInstances"] = "UnauthorizedOperation", "You are not authorized"
    assert "these credentials do not permit it" in told()


def test_an_image_that_is_not_there(told: Any) -> None:
    text = told(imageid="ami-00000000")
    assert text.startswith(f"{PLACE}there is no such image: InvalidAMIID.NotFound")
    assert "ami-00000000" in text
    assert 'try: check "imageid"' in text


def test_a_size_that_is_not_there(told: Any) -> None:
    text = told(sizeid="t3.mikro")
    assert f'{PLACE}there is no size t3.mikro at ec2 us-east-1; did you mean "t3.micro"?' in text


def test_a_region_that_is_not_there(told: Any) -> None:
    text = told(region="us-eastt-1")
    assert 'ec2 has no region us-eastt-1; did you mean "us-east-1"?\n  try: check "region"' in text


def test_a_provider_that_is_not_there(told: Any) -> None:
    assert 'libcloud knows no provider ec3; did you mean "ec2"?' in told(provider="ec3")


def test_a_provider_whose_instances_could_be_left_behind(told: Any) -> None:
    keys = {"provider": "dummy", "region": "", "accesskey": "", "driver_options": {}}
    assert "dummy takes no ex_metadata and no ex_userdata at creation" in told(**keys)


def test_a_provider_whose_instances_are_only_stopped_has_to_be_accepted(told: Any) -> None:
    text = told(provider="rackspace", region="iad", driver_options={})
    assert "an instance there that shuts itself down is only stopped" in text
    assert '"accept_stopped": true' in text


def test_an_option_that_is_not_there(told: Any) -> None:
    assert "ex_nonsense" in told(options={"ex_nonsense": 1})


def test_a_quota_that_is_used_up_is_told_once(told: Any, ec2: Ec2) -> None:
    ec2.refusals["RunInstances"] = "VcpuLimitExceeded", "more vCPU capacity than your limit of 0"
    text = told(count=3)
    assert "the provider's quota is used up: VcpuLimitExceeded: more vCPU" in text
    assert "of 3: " in text


def test_a_provider_that_cannot_be_reached(told: Any) -> None:
    gone = {"secure": False, "host": "127.0.0.1", "port": 1}
    text = told(driver_options=gone)
    assert text.startswith(f"{PLACE}ec2 us-east-1 cannot be reached: Connection refused\n")


def test_what_an_instance_costs_must_be_known_where_there_is_a_limit(told: Any) -> None:
    assert 'say so as "price_per_hour"' in told(sizeid="c4.8xlarge", max_cost_per_hour=1)


def test_an_instance_that_never_lets_in_is_ended(told: Any, ec2: Ec2) -> None:
    ec2.unreachable = {"0"}
    text = told(start_seconds=2)
    assert " at 10.231." in text
    assert "it cannot be reached: " in text
    assert '"options": {"ex_security_groups": [...]}' in text
    assert len(ec2.instances) == 1


def test_an_instance_that_is_another_one_than_it_was_told_to_be_is_not_believed(
    told: Any, ec2: Ec2
) -> None:
    ec2.forgets = {"ssh_keys"}
    text = told(start_seconds=2)
    assert "its host key" in text
    assert "not the one that was created, or not as it was told" in text


def test_an_instance_without_a_lease_is_not_used(told: Any, ec2: Ec2) -> None:
    ec2.forgets = {"bootcmd"}
    text = told(start_seconds=2)
    assert "no lease is in force there" in text
    assert "take an image that has cloud-init and flock" in text


def test_an_instance_without_python_is_ended(told: Any) -> None:
    assert "there is no /nowhere/python3 there" in told(python="/nowhere/python3")


def test_a_login_that_is_refused(told: Any, ec2: Ec2, tmp_path: Any) -> None:
    other = make_key(tmp_path / "other")
    public = ec2.user_key.with_suffix(".pub").read_text()
    text = told(private_key_files=[str(other)], publickey=public, start_seconds=2)
    assert "it does not let root in" in text
    assert '"username" is that of the image' in text


def test_a_creation_without_an_answer_is_asked_for_again(ec2: Ec2) -> None:
    ec2.silent["RunInstances"] = 1
    rig = Rig("cloud", 1, **ec2.keys).start()
    assert ec2.asked.count("RunInstances") == 2
    assert len(ec2.instances) == 1
    rig.close()
    assert not ec2.alive


@functional
def square(x: int) -> int:
    return x * x


@schedule
def squares() -> list[int]:
    return [square(x) for x in range(8)]


@schedule
def more_squares() -> list[int]:
    return [square(x) for x in range(8)]


def test_signed_addresses_are_in_no_message() -> None:
    signed = "Max retries exceeded with url: /?Action=X&AWSAccessKeyId=AKIA&Signature=abc (Caused"
    error = ConnectionError(signed, OSError(110, "Connection timed out"))
    trouble = trouble_with(error, "ec2", [SECRET])
    assert trouble.why == "ec2 cannot be reached: Connection timed out"
    assert not trouble.lasting
    wrong = trouble_with(
        ValueError(f"{SECRET} at https://x/?Signature=abc is odd"), "ec2", [SECRET]
    )
    assert wrong.why == "ec2 cannot be asked: ... at (address) is odd"


def workers(ec2: Ec2, **more: Any) -> list[dict[str, Any]]:
    here = {"type": "command", "cores": 1, "command": ["env"], "python": sys.executable}
    return [{"type": "cloud", **ec2.keys, "sizeid": "nonsense", **more}, here]


def test_other_workers_go_on(ec2: Ec2, caplog: pytest.LogCaptureFixture) -> None:
    with pydron_ng.configure(workers=workers(ec2), inline=False):
        assert squares() == [x * x for x in range(8)]
    assert caplog.text.count("there is no size nonsense") == 1


def test_without_instances_that_are_required_nothing_is_done(ec2: Ec2) -> None:
    with (
        pydron_ng.configure(workers=workers(ec2, required=True), inline=False),
        pytest.raises(WorkerLost, match=r"there is no size nonsense[^\0]*try: check \"sizeid\""),
    ):
        more_squares()


def test_secrets_are_in_no_list_of_processes_and_in_no_environment(ec2: Ec2) -> None:
    import os
    from pathlib import Path

    rig = Rig("cloud", 1, **ec2.keys).start()
    helpers = helpers_of(os.getpid())
    assert len(helpers) == 2
    for pid in helpers:
        for file in ("cmdline", "environ"):
            assert SECRET.encode() not in Path(f"/proc/{pid}/{file}").read_bytes()
    assert SECRET not in repr(vars(rig.backend))
    rig.close()


@pytest.mark.long
def test_what_cannot_be_ended_is_told_with_the_command_that_ends_it(
    ec2: Ec2, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig("cloud", 1, **ec2.keys).start()
    [name] = ec2.alive
    ec2.refusals["TerminateInstances"] = "UnauthorizedOperation", "not you"
    rig.close()
    session = ec2.tags(name)["pydron:session"]
    assert f"ec2 us-east-1: could not be ended: {name}\n" in caplog.text
    assert f"pydron cloud reap --session {session}" in caplog.text


@pytest.mark.long
def test_the_program_does_not_wait_for_ever_for_a_provider_that_is_gone(
    ec2: Ec2, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig("cloud", 1, lease_minutes=1 / 60, **ec2.keys).start()
    ec2.refusals["DescribeInstances"] = "InternalError", "out of order"
    rig.close()
    assert "could not be ended: what the provider does not show" in caplog.text
    assert not ec2.alive
