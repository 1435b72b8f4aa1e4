"""What a worker keeps, as both ends count it."""

from __future__ import annotations

from pydron_ng.values.blob import Token
from pydron_ng.values.recent import Recent

_A, _B, _C = map(Token, (b"a", b"b", b"c"))


def test_the_oldest_make_room_for_new_ones() -> None:
    recent = Recent(10)
    assert recent.add(_A, 4) == recent.add(_B, 4) == []
    assert recent.add(_C, 4) == [_A]
    assert _A not in recent
    assert _B in recent
    assert recent.add(_A, 7) == [_B, _C]


def test_the_newest_is_kept_whatever_its_size() -> None:
    recent = Recent(10)
    assert recent.add(_A, 11) == []
    assert recent.add(_B, 12) == [_A]
    assert _B in recent
