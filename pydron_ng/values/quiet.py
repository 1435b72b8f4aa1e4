"""Whether an object can be looked at without that running code of the program's."""

from __future__ import annotations

from types import WrapperDescriptorType

from pydron_ng.values.unshippable import Unshippable


def check_quiet(obj: object) -> None:
    """Nothing, if neither the object nor its class has a say in what is found in it.

    Raises:
        Unshippable: its class or metaclass does, by ``__getattribute__`` or ``__hash__``.
    """
    cls = type(obj)
    check_quiet_class(cls)
    if type(cls.__getattribute__) is not WrapperDescriptorType:
        raise Unshippable("unshippable-hooks", f"a {cls.__qualname__} defines __getattribute__")


def check_quiet_class(cls: type) -> None:
    """Nothing, if classes like `cls` are not asked when one looks into them.

    Raises:
        Unshippable: their metaclass defines how.
    """
    meta = type(cls)
    if meta is type:
        return
    if meta.__getattribute__ is not type.__getattribute__ or meta.__hash__ is not type.__hash__:
        why = f"its class is of the metaclass {meta.__qualname__}, which answers for its classes"
        raise Unshippable("unshippable-hooks", why)
