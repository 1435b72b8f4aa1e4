"""Decorators are put into the text of a program, and nothing else of it is changed."""

from __future__ import annotations

from tests.corpus.decorate import decorated

TEXT = '''"""A program."""
from __future__ import annotations
import math

class Scene:
    @property
    def size(self):
        return 1

    def colour(self, ray):
        return ray

def render(scene):
    return [scene.colour(x) for x in range(3)]

found = render(Scene())
print(found)
'''


def test_functions_and_methods_are_decorated_where_they_stand() -> None:
    text = decorated(TEXT, ["Scene.colour", "Scene.size", "math.sqrt"], ["render"])
    assert "    @functional\n    def colour" in text
    assert "    @functional\n    @property\n    def size" in text
    assert "@schedule\ndef render" in text
    assert "import math\nfunctional(math.sqrt)" in text
    added = {"@functional", "@schedule", "functional(math.sqrt)"}
    kept = [line for line in text.splitlines() if line.strip() not in added]
    kept.remove("from pydron_ng import functional, schedule")
    assert kept == TEXT.splitlines()


def test_a_flat_program_becomes_a_scheduled_main() -> None:
    text = decorated(TEXT, [], [], flat=True)
    assert "@schedule\ndef main():" in text
    assert "    found = render(Scene())\n    print(found)" in text
