"""An account with a provider: what is asked of it through libcloud, and nothing else is.

Imported where instances are created, listed or ended; libcloud itself when an account is opened.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydron_ng.backends.clouds.label import MARK, Label
from pydron_ng.backends.clouds.refusals import redacted, trouble_with
from pydron_ng.backends.remote.trouble import Trouble

State = Literal["starting", "running", "stopped", "ended"]

#: What libcloud and EC2 call the states that matter; what is called otherwise may cost something.
_STATES: Mapping[str, State] = {
    "shutting-down": "ended",
    "pending": "starting",
    "running": "running",
    "terminated": "ended",
    "stopping": "stopped",
    "stopped": "stopped",
}
_SECONDS = 30.0
_CREDENTIALS = (
    'give "accesskeyid" and "accesskey", or the variables that hold them as "accesskeyid_env" and '
    '"accesskey_env"; for EC2, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY will do'
)

#: An argument of ``create_node`` that is an object, and who lists the objects.
_OBJECTS = {"location": "list_locations", "ex_subnet": "ex_list_subnets"}
#: What an instance must be given when it is created, or it is not.
_NEEDED = ("ex_metadata", "ex_userdata")


@dataclass(frozen=True, slots=True)
class Access:
    """Where, and with which right."""

    provider: str
    region: str = ""
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    driver_options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.provider} {self.region}".strip()


@dataclass(frozen=True, slots=True)
class Instance:
    """One that carries our label."""

    id: str
    label: Label
    state: State
    public: str
    private: str
    created: datetime | None
    size: str

    @property
    def is_alive(self) -> bool:
        """Whether it may cost something."""
        return self.state != "ended"


@dataclass(frozen=True, slots=True)
class Make:
    """What is created: the size and the image as libcloud has them. price: USD an hour."""

    size: Any
    image: Any
    price: float | None
    options: Mapping[str, Any]


class Account:
    """Raises, whatever is asked: Trouble, without a secret in it. Any thread may ask."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._secrets = (access.key, access.secret, access.token)
        self._threads = threading.local()
        with self._asking():
            _ = self._driver

    def choose(self, size: str, image: str, options: Mapping[str, Any]) -> Make:
        """What is to be created, found by name. Costs nothing."""
        with self._asking():
            sizes = self._driver.list_sizes()
        found = next((one for one in sizes if size in (one.id, one.name)), None)
        if found is None:
            raise self._unknown("size", size, [str(one.id) for one in sizes], '"sizeid"')
        return Make(found, self._image(image), found.price or None, self._objects(options))

    def create(self, make: Make, label: Label, user_data: str, token: str) -> Instance:
        """A new one, with its label on from the first moment. token: the same one is made once."""
        arguments: dict[str, Any] = {
            **make.options,
            "ex_metadata": {**make.options.get("ex_metadata", {}), **label.tags},
            "ex_userdata": user_data,
        }
        known = inspect.signature(self._driver.create_node).parameters
        if "ex_terminate_on_shutdown" in known:
            arguments["ex_terminate_on_shutdown"] = True
        if self.makes_once:
            arguments["ex_clienttoken"] = token
        with self._asking():
            node = self._driver.create_node(label.name, make.size, make.image, **arguments)
        return _instance(node, label)

    def instances(self, session: str = "") -> list[Instance]:
        """All that carry our label; of one session, if it is named."""
        with self._asking():
            if "ex_filters" in inspect.signature(self._driver.list_nodes).parameters:
                chosen = {f"tag:{MARK}": session} if session else {"tag-key": MARK}
                nodes = self._driver.list_nodes(ex_filters=chosen)
            else:
                nodes = self._driver.list_nodes()
        found = [(node, Label.read(_tags(node))) for node in nodes]
        ours = [_instance(node, label) for node, label in found if label is not None]
        return [one for one in ours if session in ("", one.label.session)]

    def end(self, instance: Instance) -> None:
        """It is gone, or going, when this returns; repeatable."""
        from libcloud.compute.base import Node

        node = Node(instance.id, "", 0, [], [], self._driver)
        with self._asking():
            self._driver.destroy_node(node)

    @property
    def makes_once(self) -> bool:
        """Whether what has the same token is created once, however often it is asked for."""
        return "ex_clienttoken" in inspect.signature(self._driver.create_node).parameters

    @property
    def ends_by_itself(self) -> bool:
        """Whether an instance that shuts down is gone, and costs nothing any more."""
        return "ex_terminate_on_shutdown" in inspect.signature(self._driver.create_node).parameters

    def check(self) -> None:
        """Whether instances can be given their label and their lease when they are created."""
        known = inspect.signature(self._driver.create_node).parameters
        missing = [name for name in _NEEDED if name not in known]
        if missing:
            raise Trouble(
                f"{self.access.provider} takes no {' and no '.join(missing)} at creation in "
                "libcloud, so an instance could be left behind",
                'use the workers of another provider, or rent by yourself and use "type": "ssh"',
            )

    @property
    def _driver(self) -> Any:
        """The thread's own: a connection of libcloud's is for one request at a time."""
        if not hasattr(self._threads, "driver"):
            self._threads.driver = _driver(self.access)
        return self._threads.driver

    def _image(self, image: str) -> Any:
        with self._asking():
            try:
                return self._driver.get_image(image)
            except IndexError:
                raise self._unknown("image", image, [], '"imageid"') from None
            except NotImplementedError:
                images = self._driver.list_images()
        found = next((one for one in images if image in (one.id, one.name)), None)
        if found is None:
            raise self._unknown("image", image, [one.name for one in images], '"imageid"')
        return found

    def _objects(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Objects where they are named by their ids."""
        found = dict(options)
        for name, lister in _OBJECTS.items():
            if isinstance(wanted := found.get(name), str):
                found[name] = self._object(wanted, name, getattr(self._driver, lister))
        return found

    def _object(self, wanted: str, name: str, lister: Callable[[], list[Any]]) -> Any:
        with self._asking():
            those = lister()
        for one in those:
            if wanted in (one.id, one.name):
                return one
        raise self._unknown(name, wanted, [one.name for one in those], f'"options": "{name}"')

    def _unknown(self, what: str, name: str, known: list[str], key: str) -> Trouble:
        from pydron_ng.config.mistakes import did_you_mean

        why = f"there is no {what} {name} at {self.access.place}{did_you_mean(name, known)}"
        return Trouble(why, f"check {key}, and the region")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except Trouble:
            raise
        except Exception as error:
            raise trouble_with(error, self.access.place, self._secrets) from None


def _driver(access: Access) -> Any:
    """Raises: Trouble, and what libcloud raises."""
    from libcloud.compute.providers import DRIVERS, get_driver

    from pydron_ng.config.mistakes import did_you_mean

    if access.provider not in DRIVERS:
        hint = did_you_mean(access.provider, DRIVERS)
        raise Trouble(f"libcloud knows no provider {access.provider}{hint}", 'check "provider"')
    kind = get_driver(access.provider)
    words: dict[str, Any] = dict(access.driver_options)
    known = inspect.signature(kind.__init__).parameters
    if "timeout" in known or "kwargs" in known:
        words.setdefault("timeout", _SECONDS)
    if access.region:
        words["region"] = access.region
    if access.token:
        words["token"] = access.token
    if access.provider == "ec2":  # libcloud's own choice differs from region to region
        words.setdefault("signature_version", "4")
    try:
        return kind(*filter(None, (access.key, access.secret)), **words)
    except ValueError as error:
        if "region" not in str(error).lower():
            raise
        hint = did_you_mean(access.region, _regions(access.provider))
        why = f"{access.provider} has no region {access.region or '(none is named)'}{hint}"
        raise Trouble(why, 'check "region"') from None
    except TypeError as error:
        if not access.key:
            raise Trouble(f"there are no credentials for {access.place}", _CREDENTIALS) from None
        why = f"the driver of {access.provider} takes other arguments: {redacted(str(error), ())}"
        way_out = 'give what it needs beside the credentials as "driver_options"'
        raise Trouble(why, way_out) from None


def _regions(provider: str) -> list[str]:
    from libcloud.compute.providers import get_driver

    try:
        return list(get_driver(provider).list_regions())
    except Exception:  # not all have any
        return []


def _tags(node: Any) -> dict[str, str]:
    return node.extra.get("tags") or node.extra.get("metadata") or {}


def _state(node: Any) -> State:
    """The provider's own word says more than libcloud's, if it is one that matters."""
    own = _STATES.get(str(node.extra.get("status")))
    return own or _STATES.get(str(node.state), "running")


def _instance(node: Any, label: Label) -> Instance:
    return Instance(
        str(node.id),
        label,
        _state(node),
        next(iter(node.public_ips), ""),
        next(iter(node.private_ips), ""),
        node.created_at,
        node.extra.get("instance_type", ""),
    )
