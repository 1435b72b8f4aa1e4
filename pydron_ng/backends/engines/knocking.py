"""Whether a head of Ray is there, and lets this program in: Ray itself tries for minutes."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from pydron_ng.backends.engines.engine import Refused

#: So long a head that is there takes to answer.
_PATIENCE_SECONDS = 5.0
_CLIENT = "ray://"
#: What a head, and its port for clients, are asked; neither question has any content.
_QUESTION_TO_HEAD = "/ray.rpc.NodeInfoGcsService/GetClusterId"
_QUESTION_FOR_CLIENTS = "/ray.rpc.RayletDriver/ClusterInfo"
_WAY_IN = (
    "give the program the cluster's token: RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN=... "
    "or the file ~/.ray/auth_token"
)


def knock(address: str) -> None:
    """Returns if somebody is there. Raises: Refused."""
    host, port = _parts(address)
    if not host:
        return
    try:
        socket.create_connection((host, int(port)), _PATIENCE_SECONDS).close()
    except OSError as failure:
        way_out = "see whether the head runs, and which port it was given"
        raise Refused(f"nobody answers there: {failure}", way_out) from failure


def ask(address: str) -> None:
    """Returns if nothing speaks against connecting. Raises: Refused."""
    host, port = _parts(address)
    question = _QUESTION_FOR_CLIENTS if is_for_clients(address) else _QUESTION_TO_HEAD
    if host:
        with suppress(ImportError):  # Ray may be without gRPC, or too old to have tokens
            _ask(f"{host}:{port}", question)


def is_for_clients(address: str) -> bool:
    """Is the port one for programs on machines that Ray does not run on?"""
    return _found(address).startswith(_CLIENT)


def _parts(address: str) -> tuple[str, str]:
    """Host and port; both empty, where only Ray itself can say them."""
    host, _, port = _found(address).removeprefix(_CLIENT).rpartition(":")
    return (host, port) if host and port.isdigit() else ("", "")


def _found(address: str) -> str:
    """Where Ray would look, as far as its variables say."""
    return os.environ.get("RAY_ADDRESS", address) if address == "auto" else address


def _ask(where: str, question: str) -> None:
    """Raises: Refused, ImportError."""
    import grpc
    from ray._private.grpc_utils import init_grpc_channel
    from ray.exceptions import AuthenticationError

    try:
        with init_grpc_channel(where) as channel:
            channel.unary_unary(question)(b"", timeout=_PATIENCE_SECONDS)
    except AuthenticationError as failure:
        raise Refused("it is to be given a token, and there is none here", _WAY_IN) from failure
    except grpc.RpcError as failure:
        match failure.code():
            case grpc.StatusCode.UNAUTHENTICATED:
                raise Refused("it takes nobody without the right token", _WAY_IN) from failure
            case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.DEADLINE_EXCEEDED:
                why = f"what answers there is no head of Ray: {failure.details()}"
                way_out = f'a head is at "<host>:6379", or by "{_CLIENT}<host>:10001"'
                raise Refused(why, way_out) from failure
            case _:
                pass  # it was let in; whether it knows the question does not matter
