"""Writes pydron.conf.schema.json anew, from the models of all kinds of workers."""

from __future__ import annotations

import json
from pathlib import Path

from pydron_ng.backends import registry
from pydron_ng.config.schema import json_schema

TARGET = Path(__file__).with_name("pydron.conf.schema.json")


def text() -> str:
    return json.dumps(json_schema(registry.model()), indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
