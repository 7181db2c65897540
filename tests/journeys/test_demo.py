"""A day that is kept can be worked in as any store, with the keys that were made for it."""

from pathlib import Path

import pytest

from hueandcry.domain.fault import Refused
from hueandcry.operator.bootstrap import Room
from hueandcry.operator.demo import _stage, keys_beside
from hueandcry.operator.identity import Identity
from hueandcry.operator.verbs import carry_out
from hueandcry.store.folder import StoreFolder


def _kept(folder: Path) -> Path:
    keep = folder / "day"
    with _stage(1, "22:00:00", keep) as (_, _, desks, _):
        carry_out(desks["1001"], "ring 999 07700 900123")
    return keep


def test_a_day_that_is_kept_opens_with_the_keys_beside_it(tmp_path: Path) -> None:
    keep = _kept(tmp_path)
    room = Room(StoreFolder(keep), Identity(), keys=keys_beside(keep))
    try:
        (contact,) = room.board.open()
        (rang,) = room.door().stream(contact.id, "test")
        assert rang.fact is not None
        assert rang.fact.number == "07700 900123"  # type: ignore[attr-defined]
    finally:
        room.close()


def test_a_day_is_never_kept_over_something_else(tmp_path: Path) -> None:
    _kept(tmp_path)
    with pytest.raises(Refused, match="day is there already and not empty"):
        _kept(tmp_path)
