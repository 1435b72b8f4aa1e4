"""The JSON schema of pydron.conf, for editors that check and complete while one types."""

from __future__ import annotations

from typing import Any

import msgspec

from pydron_ng.config.configuration import document_model
from pydron_ng.config.document import COMMENT, SCHEMA


def json_schema(worker_model: Any) -> dict[str, Any]:
    """A JSON schema that takes what `load` takes: comments in every object included."""
    schema = msgspec.json.schema(document_model(worker_model))
    definitions = schema["$defs"]
    for definition in definitions.values():
        definition["patternProperties"] = {f"^{COMMENT}": {}}
    definitions["Document"]["properties"][SCHEMA] = {"type": "string"}
    definitions["Document"]["title"] = "pydron.conf"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
