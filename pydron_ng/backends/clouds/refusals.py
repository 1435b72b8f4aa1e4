"""What a provider answers instead of doing what it was asked, in words; never a secret.

What libcloud raises may hold signed addresses, with the access key and the user-data in them: of
an error that is not the provider's own answer, only the reason is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydron_ng.backends.remote.trouble import Trouble

#: Beginnings of the codes that EC2 and its likes answer with: why, the way out, whether it lasts.
_CODES: tuple[tuple[tuple[str, ...], str, str, bool], ...] = (
    (
        ("AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "OptInRequired"),
        "the provider does not take these credentials",
        'check "accesskeyid" and "accesskey", or the variables that hold them',
        True,
    ),
    (
        ("UnauthorizedOperation", "AccessDenied"),
        "these credentials do not permit it",
        "have ec2:RunInstances, ec2:CreateTags, ec2:TerminateInstances, ec2:Describe* permitted",
        True,
    ),
    (
        ("InstanceLimitExceeded", "VcpuLimitExceeded", "MaxSpotInstanceCountExceeded"),
        "the provider's quota is used up",
        'lower "count", end instances (pydron cloud list), or ask the provider for more',
        True,
    ),
    (
        ("InvalidAMIID",),
        "there is no such image",
        'check "imageid"; images are of one region',
        True,
    ),
    (
        ("InsufficientInstanceCapacity", "Unsupported"),
        "the provider has none of that size just now",
        'another "sizeid", or another region',
        True,
    ),
    (("RequestLimitExceeded", "Throttling"), "the provider is asked too often", "", False),
)

_ADDRESS = re.compile(r"(?:https?://|/\?)\S+")


def trouble_with(error: Exception, place: str, secrets: Sequence[str]) -> Trouble:
    """Why it was not done. place: what was asked. secrets: never to be told."""
    from libcloud.common.exceptions import BaseHTTPError
    from libcloud.common.types import InvalidCredsError, LibcloudError, MalformedResponseError

    text = redacted(str(getattr(error, "value", error)), secrets)
    if isinstance(error, InvalidCredsError):
        return _coded(text, _CODES[0])
    for row in _CODES:
        if text.startswith(row[0]):
            return _coded(text, row)
    if isinstance(error, BaseHTTPError):
        lasting = error.code < 500  # noqa: PLR2004  beyond that it is the server's own fault
        answer = text or f"status {error.code}"
        return Trouble(f"{place} answered: {answer}", "see what the provider says", lasting=lasting)
    if isinstance(error, MalformedResponseError):
        why = f"{place} answers what nobody understands"
        return Trouble(why, "see whether provider and proxies are well", lasting=False)
    if isinstance(error, LibcloudError | ValueError | TypeError | AttributeError | KeyError):
        why = f"{place} cannot be asked: {text or type(error).__name__}"
        return Trouble(why, 'check "options" and "driver_options"')
    why = f"{place} cannot be reached: {_reason(error)}"
    return Trouble(why, "see whether network and provider are well", lasting=False)


def redacted(text: str, secrets: Sequence[str]) -> str:
    """Without secrets, and without addresses, which may be signed."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "...")
    return _ADDRESS.sub("(address)", text)


def _coded(text: str, row: tuple[tuple[str, ...], str, str, bool]) -> Trouble:
    _, why, way_out, lasting = row
    return Trouble(f"{why}: {text}" if text else why, way_out, lasting=lasting)


def _reason(error: BaseException) -> str:
    """What the system said, at the bottom of it all."""
    seen: set[int] = set()
    reason = type(error).__name__
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, OSError) and at.strerror:
            reason = at.strerror
        inner = next((arg for arg in at.args if isinstance(arg, BaseException)), None)
        at = inner or getattr(at, "reason", None) or at.__cause__ or at.__context__
        at = at if isinstance(at, BaseException) else None
    return reason
