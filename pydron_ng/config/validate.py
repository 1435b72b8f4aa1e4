"""All mistakes in JSON values that do not fit a model, each with its JSON path.

msgspec stops at the first mistake; where it says no, it is asked again, piece by piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from pydron_ng.config.mistakes import did_you_mean, either, quoted
from pydron_ng.config.secrets import is_secret

#: JSON path and what is wrong there.
Found = tuple[str, str]


def mistakes(value: Any, model: Any, path: str = "$") -> Iterator[Found]:
    """Everything in `value` that is not as `model`, a type that msgspec knows, wants it."""
    structs = [member for member in _members(model) if _is_struct(member)]
    if structs and isinstance(value, dict):
        yield from _object(value, structs, path)
    elif isinstance(value, list | tuple) and value and (item := _item(model)) is not None:
        for i, element in enumerate(value):
            yield from mistakes(element, item, f"{path}[{i}]")
    elif isinstance(value, dict) and get_origin(model) is dict:
        for key, element in value.items():
            yield from mistakes(element, get_args(model)[1], f"{path}.{key}")
    elif not _fits(value, model):
        shown = "(not shown)" if is_secret(path) else None
        yield path, _unexpected(value, msgspec.json.schema(model), shown)


def _object(value: dict[str, Any], structs: list[Any], path: str) -> Iterator[Found]:
    tag = structs[0].__struct_config__.tag_field
    if tag is None:
        yield from _members_of(value, structs[0], None, path)
        return
    kinds = {struct.__struct_config__.tag: struct for struct in structs}
    kind = value.get(tag)
    if tag not in value:
        yield path, f'"{tag}" is missing: expected {either(quoted(kinds))}'
    elif isinstance(kind, str) and kind in kinds:
        yield from _members_of(value, kinds[kind], tag, path)
    else:
        yield f"{path}.{tag}", _unexpected(kind, {"enum": list(kinds)})


def _members_of(value: dict[str, Any], struct: Any, tag: str | None, path: str) -> Iterator[Found]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    found = [*_unknown(value, [*fields, *([tag] if tag else [])], path)]
    for name, field in fields.items():
        if name in value:
            found += mistakes(value[name], field.type, f"{path}.{name}")
        elif field.required:
            wanted = _expected(msgspec.json.schema(field.type))
            found.append((path, f'"{name}" is missing: expected {wanted}'))
    yield from found or _as_a_whole(value, struct, path)


def _unknown(value: Iterable[str], known: list[str], path: str) -> Iterator[Found]:
    for key in value:
        if key not in known:
            wanted = either(quoted(sorted(known)))
            hint = did_you_mean(str(key), known)
            yield f"{path}.{key}", f"unknown key: expected {wanted}{hint}"


def _as_a_whole(value: dict[str, Any], struct: Any, path: str) -> Iterator[Found]:
    """What a struct's own ``__post_init__`` has against fields that are fine one by one."""
    try:
        msgspec.convert(value, struct)
    except msgspec.ValidationError as error:
        yield path, str(error)


def _fits(value: Any, model: Any) -> bool:
    try:
        msgspec.convert(value, model)
    except msgspec.ValidationError:
        return False
    return True


def _members(model: Any) -> tuple[Any, ...]:
    return get_args(model) if get_origin(model) in (Union, UnionType) else (model,)


def _is_struct(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, msgspec.Struct)


def _item(model: Any) -> Any:
    """The type of the items if `model` is a list or a tuple of any length, else None."""
    if get_origin(model) is Annotated:
        return _item(get_args(model)[0])
    return get_args(model)[0] if get_origin(model) in (list, tuple) else None


def _unexpected(value: Any, schema: dict[str, Any], shown: str | None = None) -> str:
    hint = did_you_mean(value, _words(schema)) if isinstance(value, str) else ""
    return f"expected {_expected(schema)}, not {shown or _shown(value)}{hint}"


def _words(schema: dict[str, Any]) -> list[str]:
    options = schema.get("anyOf", [schema])
    return [word for option in options for word in option.get("enum", ()) if isinstance(word, str)]


def _expected(schema: dict[str, Any]) -> str:
    """A JSON schema in words: ``a whole number of at least 1, or "auto"``."""
    match schema:
        case {"anyOf": options}:
            return either(dict.fromkeys(_expected(option) for option in options))
        case {"enum": values}:
            return either(quoted(values))
        case {"type": kind}:
            return _KINDS[kind] + _condition(schema)
        case _:
            return "an object"


def _condition(schema: dict[str, Any]) -> str:
    match schema:
        case {"examples": [example, *_]}:
            return f" such as {json.dumps(example)}"
        case {"minimum": least, "maximum": most}:
            return f" from {least} to {most}"
        case {"minimum": least}:
            return f" of at least {least:g}"
        case {"exclusiveMinimum": bound}:
            return f" above {bound:g}"
        case {"minLength": 1} | {"minItems": 1}:
            return " that is not empty"
        case _:
            return ""


_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


def _shown(value: Any) -> str:
    text = json.dumps(value, default=repr)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


_SHOWN = 60
