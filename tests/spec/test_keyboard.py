"""What a terminal sends is read as text, whatever it is and in whatever pieces it comes, and a paste presses no key."""

import re

from hypothesis import given
from hypothesis import strategies as st

from hueandcry.operator.keyboard import BEGIN, END, KeyboardDecoder

PIECES = st.sampled_from(["a", "é", "\x1b", "\r", BEGIN, END, "\x1b[A", "\x1b[20", "0~", "1~", "[201~", "\U0001f44d"])


def read(pieces: list[bytes]) -> str:
    """Return what is read of bytes that come in pieces."""
    decoder = KeyboardDecoder()
    told = [decoder.decode(one) for one in pieces]
    return "".join([*told, decoder.decode(b"", True)])


@given(st.lists(PIECES, max_size=12), st.data())
def test_it_reads_the_same_in_whatever_pieces_it_comes(signs: list[str], data: st.DataObject) -> None:
    sent = "".join(signs).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    pieces = [sent[at:end] for at, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    assert read(pieces) == read([sent])


@given(st.lists(PIECES, max_size=12))
def test_within_a_paste_stands_no_escape_and_outside_of_it_every_key(signs: list[str]) -> None:
    sent = "".join(signs)
    told = read([sent.encode()])
    assert told.replace("\u241b", "\x1b") == sent
    pasted = re.findall(re.escape(BEGIN) + "(.*?)(?:" + re.escape(END) + "|$)", told, re.DOTALL)
    assert not any("\x1b" in one for one in pasted)
    assert "\u241b" not in re.sub(re.escape(BEGIN) + "(.*?)(?:" + re.escape(END) + "|$)", "", told, flags=re.DOTALL)


def test_the_esc_key_is_told_at_once() -> None:
    assert KeyboardDecoder().decode(b"\x1b") == "\x1b"


@given(st.binary(max_size=40))
def test_no_byte_is_too_odd(sent: bytes) -> None:
    assert isinstance(read([sent]), str)
