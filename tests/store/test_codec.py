"""A fact goes to a row and comes back as it was said; what is stored commits to it and is never spelt again."""

import hashlib
import types
from collections.abc import Collection, Iterator
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgpack
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta, Struct

from hueandcry.domain.contact import Answered, Channel, Rang
from hueandcry.domain.fact import REGISTRY, Fact, Header, Local, Plain, Police, Sealed, Tier, fact
from hueandcry.domain.fault import Damaged
from hueandcry.domain.grading import Assessed
from hueandcry.domain.particulars import Reply
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import CODE_PATTERN, FactRef, Kind, StreamId, stream_id
from hueandcry.store import codec, views
from hueandcry.store.codec import Pending, Row
from hueandcry.store.log import seals_in_memory

assert views.RECORDS  # whose module imports every stream, so that the registry is whole

FACTS = sorted(REGISTRY)
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROUND_TRIPS = settings(STEADY, max_examples=10)
CODES = st.from_regex(CODE_PATTERN).map(lambda text: text[:64])
ZONES = st.text("abXY09-_", min_size=1, max_size=8).map(lambda text: "z" + text)
WORDS = st.text(max_size=40)
SPELT = {"code": CODES, "zone": ZONES, "origin": ZONES}
INTS = st.integers(-(2**63), 2**64 - 1)
STREAM = stream_id(Kind.POLICY, 5, 5)
RECORDED = 1_795_420_800_000_000_001
SALT, NONCE, TAG = 16, 12, 16
KEY = 5
SEALS = seals_in_memory()


# What any fact may hold, from its type hints


def values(hint: Any, metas: tuple[Meta, ...] = ()) -> st.SearchStrategy[Any]:
    """Return a strategy for a type hint."""
    if get_origin(hint) is Annotated:
        return values(hint.__origin__, tuple(mark for mark in hint.__metadata__ if isinstance(mark, Meta)))
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*(values(one) for one in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=4).map(tuple)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, Struct):
        return st.builds(hint, **_fields(hint, closing=()))
    plain: dict[Any, st.SearchStrategy[Any]] = {
        type(None): st.none(),
        bool: st.booleans(),
        int: st.integers(0, 2**63) if any(meta.ge == 0 for meta in metas) else INTS,
        str: _texts(metas),
        bytes: st.binary(min_size=16, max_size=16)
        if any(meta.min_length for meta in metas)
        else st.binary(max_size=40),
    }
    return plain[hint]


def _texts(metas: tuple[Meta, ...]) -> st.SearchStrategy[str]:
    nouns = {(meta.extra or {}).get("noun") for meta in metas}
    return next((spelt for noun, spelt in SPELT.items() if noun in nouns), WORDS)


def _fields(cls: type[Struct], closing: Collection[str]) -> dict[str, st.SearchStrategy[Any]]:
    hints = get_type_hints(cls, include_extras=True)
    return {name: values(_spoken(hints[name]) if name in closing else hints[name]) for name in cls.__struct_fields__}


def _spoken(hint: Any) -> Any:
    """Return the hint of a field of a closing tier without the None that its tier brings."""
    (spoken,) = (one for one in get_args(hint.__origin__) if one is not type(None))
    return spoken


def said(cls: type[Fact[Any]]) -> st.SearchStrategy[Fact[Any]]:
    """Return a strategy for a fact as somebody says it: None stands only where Plain allows it."""
    closing = [name for group in cls.card.groups[Tier.POLICE :] for name in group]
    return st.builds(cls, **_fields(cls, closing))


REFS = st.builds(FactRef, st.binary(min_size=16, max_size=16), st.integers(1, 2**40))
HEADERS = st.builds(
    Header,
    fact_version=st.just(0),
    occurred=st.integers(0, 2**62),
    recorded=st.just(0),
    actor=CODES,
    role=CODES,
    seat=CODES,
    session=CODES,
    causation=st.none() | REFS,
    correlation=st.none() | st.binary(min_size=16, max_size=16),
    source=st.none() | st.binary(max_size=32),
    pack=st.none() | st.binary(max_size=32),
)
A_HEADER = Header(0, 7, 0, "2001", "handler", "T1", "session-1")


def row_of(fact: Fact[Any], header: Header = A_HEADER) -> Row:
    prepared = codec.prepare(Pending(STREAM, 3, fact, header))
    sealer = SEALS.sealer(KEY, STREAM, 3, fact.card.name)
    row, stamped = codec.settle(prepared, (9, 3, RECORDED, KEY), sealer if prepared.seals else None)
    assert codec.header_of(row.head) == stamped
    return row


def opened(row: Row) -> dict[Tier, bytes]:
    """Return salt and array of each group that is stored."""
    return SEALS.opened(row)


def of_texts(fact: Fact[Any], tier: Tier) -> bool:
    """Tell from its type hints whether a group of a fact holds texts and nothing else."""
    hints = get_type_hints(type(fact))
    group = fact.card.groups[tier]
    return bool(group) and all(str in (hints[name], *get_args(hints[name])) for name in group)


def silent(fact: Fact[Any], tier: Tier) -> bool:
    """Tell whether a fact says nothing in a group: it has none, or one of texts that are all empty."""
    group = fact.card.groups[tier]
    return not group or (of_texts(fact, tier) and not any(getattr(fact, name) for name in group))


@pytest.fixture
def four_tiers() -> Iterator[type[Fact[Any]]]:
    """A fact with two fields in every tier, in the registry for one test."""

    @fact("policy.tried", version=1, says="{code} {place} {words} {secret}")
    class Tried(Fact[Policy], frozen=True):
        code: Plain[bytes]
        place: Plain[StreamId]
        part: Police[int]
        whole: Police[bytes]
        words: Sealed[str]
        more: Sealed[str]
        secret: Local[bytes]
        deeper: Local[str]

        def apply(self, policy: Policy) -> Policy:
            return policy

    yield Tried
    del REGISTRY["policy.tried", 1]
    codec._shapes.pop(("policy.tried", 1), None)


TRIED = (b"c", bytes(16), 4, b"w", "words", "more", b"secret", "deeper")


# Round trips


@pytest.mark.parametrize(("name", "version"), FACTS)
def test_a_fact_is_read_back_as_it_was_said_and_closed_without_what_was_sealed(name: str, version: int) -> None:
    cls = REGISTRY[name, version]

    @ROUND_TRIPS
    @given(said(cls), HEADERS)
    def round_trip(fact: Fact[Any], header: Header) -> None:
        row = row_of(fact, header)
        open_, shut = codec.decode(row, opened(row)), codec.decode(row)
        assert open_.fact == fact
        stamped = msgspec.structs.replace(header, fact_version=version, recorded=RECORDED, key=KEY)
        assert open_.header == shut.header == codec.header_of(row.head) == stamped
        assert codec.key_of(row.head) == KEY
        assert (open_.position, open_.stream, open_.version, open_.name) == (9, STREAM, 3, name)
        assert codec.decode_closed(*row[:6]) == shut
        assert codec.prepare(Pending(STREAM, 3, fact, header)).closed == shut.fact
        _holds_nothing_sealed(fact, shut.fact)

    round_trip()


def _holds_nothing_sealed(fact: Fact[Any], shut: Fact[Any] | None) -> None:
    groups = fact.card.groups
    for name in (*groups[Tier.PLAIN], *groups[Tier.POLICE]):
        assert getattr(shut, name) == getattr(fact, name)
    for tier in (Tier.SEALED, Tier.LOCAL):
        for name in groups[tier]:
            assert getattr(shut, name) == ("" if silent(fact, tier) else None)


@pytest.mark.parametrize(("name", "version"), FACTS)
def test_what_was_read_is_written_again_with_the_same_bytes_of_head(name: str, version: int) -> None:
    """One value has one spelling: reading changes nothing, and no reader finds another head for what it read."""

    @ROUND_TRIPS
    @given(said(REGISTRY[name, version]), HEADERS)
    def read_and_write(fact: Fact[Any], header: Header) -> None:
        row = row_of(fact, header)
        entry = codec.decode(row, opened(row))
        assert entry.fact is not None
        assert entry.header is not None
        assert row_of(entry.fact, entry.header).head == row.head
        fields: list[Any] = [getattr(fact, field) for field in fact.card.groups[Tier.PLAIN]]
        for tier in codec.GROUP_TIERS:
            stands = "" if silent(fact, tier) else None
            fields += [stands] * len(fact.card.groups[tier])
        assert row.head == msgspec.msgpack.encode([entry.header, fields])

    read_and_write()


def test_a_fact_of_all_four_tiers_is_read_back_whole(four_tiers: type[Fact[Any]]) -> None:
    fact = four_tiers(*TRIED)
    row = row_of(fact)
    assert codec.decode(row, opened(row)).fact == fact
    assert codec.decode(row).fact == four_tiers(*TRIED[:4], None, None, None, None)


@pytest.mark.parametrize("tiers", [(), (Tier.POLICE,), (Tier.LOCAL,), (Tier.POLICE, Tier.SEALED)])
def test_a_row_is_opened_as_far_as_groups_are_at_hand(four_tiers: type[Fact[Any]], tiers: tuple[Tier, ...]) -> None:
    row = row_of(four_tiers(*TRIED))
    groups = {tier: plain for tier, plain in opened(row).items() if tier in tiers}
    values = [value if Tier(at // 2) in (Tier.PLAIN, *tiers) else None for at, value in enumerate(TRIED)]
    assert codec.decode(row, groups).fact == four_tiers(*values)


# Groups and what they commit to


@pytest.mark.parametrize(("name", "version"), FACTS)
def test_a_group_is_stored_with_its_digest_or_there_is_neither(name: str, version: int) -> None:
    @ROUND_TRIPS
    @given(said(REGISTRY[name, version]))
    def stored(fact: Fact[Any]) -> None:
        row = row_of(fact)
        plain = opened(row)
        for tier in codec.GROUP_TIERS:
            held, digest = row.group(tier)
            values = [getattr(fact, field) for field in fact.card.groups[tier]]
            if silent(fact, tier):
                assert (held, digest) == (None, None)
                continue
            assert held is not None
            assert plain[tier][SALT:] == msgpack.packb(values, default=lambda one: one.value)
            assert digest == hashlib.sha256(bytes([tier]) + plain[tier]).digest()
            if tier is Tier.POLICE:
                assert held == plain[tier], "police values lie in clear"
            else:
                assert len(held) == NONCE + len(plain[tier]) + TAG
                assert plain[tier][:SALT] not in held

    stored()


def test_a_group_of_which_one_text_was_said_is_stored(four_tiers: type[Fact[Any]]) -> None:
    row = row_of(four_tiers(b"c", bytes(16), 4, b"w", "", "more", b"", ""))
    assert row.sealed is not None
    assert row.local is not None, "empty bytes are a value, not silence"
    assert row_of(four_tiers(b"c", bytes(16), 4, b"w", "", "", b"", "")).sealed is None


@pytest.mark.parametrize(
    ("fact", "seals"),
    [(Answered("2001"), False), (Rang(Channel.CHAT, ""), False), (Rang(Channel.CHAT, "0770"), True)],
    ids=["no such field", "nothing said", "said"],
)
def test_a_fact_asks_for_a_key_just_where_something_of_it_is_sealed(fact: Fact[Any], seals: bool) -> None:
    assert codec.prepare(Pending(STREAM, 1, fact, A_HEADER)).seals is seals


def test_a_digest_commits_to_the_salt_to_each_byte_and_to_the_tier(four_tiers: type[Fact[Any]]) -> None:
    row = row_of(four_tiers(*TRIED))
    plain, digest = opened(row)[Tier.SEALED], row.sealed_digest
    assert codec.group_digest(Tier.SEALED, plain) == digest
    assert codec.group_digest(Tier.LOCAL, plain) != digest
    for at in range(len(plain)):
        changed = bytearray(plain)
        changed[at] ^= 1
        assert codec.group_digest(Tier.SEALED, bytes(changed)) != digest


def test_the_same_words_have_another_digest_each_time_so_that_nobody_guesses_them(
    four_tiers: type[Fact[Any]],
) -> None:
    first, second = row_of(four_tiers(*TRIED)), row_of(four_tiers(*TRIED))
    assert first.head == second.head
    for tier in codec.GROUP_TIERS:
        ours, theirs = opened(first)[tier], opened(second)[tier]
        assert ours[:SALT] != theirs[:SALT]
        assert ours[SALT:] == theirs[SALT:]
        assert first.group(tier)[1] != second.group(tier)[1]
    for tier in codec.SEALED_TIERS:
        sealed, again = first.group(tier)[0], second.group(tier)[0]
        assert sealed is not None
        assert again is not None
        assert sealed[:NONCE] != again[:NONCE]
        assert sealed[NONCE:] != again[NONCE:]


def test_the_leaf_covers_all_of_a_row_but_the_groups_themselves(four_tiers: type[Fact[Any]]) -> None:
    row = row_of(four_tiers(*TRIED))
    leaf = codec.leaf_of(row)
    hashed = [*row[:5], row.police_digest, row.sealed_digest, row.local_digest]
    assert leaf == hashlib.sha256(b"\0" + msgpack.packb(hashed)).digest()
    erased = row._replace(police=None, sealed=None, local=None)
    assert codec.leaf_of(erased) == leaf, "an erased group leaves the root as it was"
    for field in set(Row._fields) - {"police", "sealed", "local"}:
        value = getattr(row, field)
        changed = value + 1 if isinstance(value, int) else value + (b"x" if isinstance(value, bytes) else "x")
        assert codec.leaf_of(row._replace(**{field: changed})) != leaf, field


def test_an_erased_group_is_read_as_closed_and_not_as_silence(four_tiers: type[Fact[Any]]) -> None:
    row = row_of(four_tiers(*TRIED))
    assert codec.decode(row._replace(sealed=None, local=None, police=None)).fact == four_tiers(*TRIED[:2], *[None] * 6)
    assert codec.decode(row, {}).fact == four_tiers(*TRIED[:2], *[None] * 6)


# What is not known, and what is refused


def test_a_name_or_a_version_that_is_not_known_stays_opaque(four_tiers: type[Fact[Any]]) -> None:
    row = row_of(four_tiers(*TRIED))
    renamed = row._replace(name="policy.whistled")
    newer = row._replace(head=msgspec.msgpack.encode([msgspec.structs.replace(A_HEADER, fact_version=2), ["?"]]))
    for one in (renamed, newer, row._replace(name="os:system"), row._replace(name="hueandcry.domain.policy:Policy")):
        for entry in (codec.decode(one), codec.decode(one, opened(row)), codec.decode_closed(*one[:6])):
            assert entry.fact is None
            assert entry.header is not None
            assert (entry.name, entry.version, entry.stream) == (one.name, 3, STREAM)


@settings(max_examples=100, derandomize=True, database=None)
@given(st.binary(max_size=60) | st.sampled_from([b'{"a":1}', b"\x92\x90\x90", b"\x92\x9c", b"\xc1", b"\x90", b"\x80"]))
def test_a_head_that_is_not_ours_has_no_header_and_no_fact(head: bytes) -> None:
    row = Row(1, STREAM, 1, "contact.rang", head)
    for entry in (codec.decode(row), codec.decode(row, {}), codec.decode_closed(*row[:6])):
        assert (entry.header, entry.fact, entry.name) == (None, None, "contact.rang")


def test_a_head_of_ours_whose_fact_does_not_read_as_its_name_is_damaged(four_tiers: type[Fact[Any]]) -> None:
    """It is ours and known here: to pass over it would be to lose a fact without a word."""
    row = row_of(four_tiers(*TRIED))
    cut, odd = row.head[:-1], row.head.replace(b"\xc4\x01c", b"\xa3abc")
    assert odd != row.head
    for head in (odd, msgspec.msgpack.encode([codec.header_of(row.head), [b"c"]])):
        for groups in (None, {}, opened(row)):
            with pytest.raises(Damaged, match=r"@9 does not read as policy\.tried"):
                codec.decode(row._replace(head=head), groups)
    assert codec.header_of(cut) is None, "a head that is cut off is no array of header and fact"


@pytest.mark.parametrize(
    "fact",
    [
        Answered("no code at all"),
        Answered("-rf"),
        Assessed((Reply("threat", "a weapon"),), (), 0, False, "1", (), ""),
        Assessed((Reply("threat", "weapon", "she whispers"),), (), 0, False, "1", (), ""),
        Assessed((), (), 0, False, "1", ("weapon-now", "it is late"), ""),
    ],
    ids=["no code", "a leading dash", "in a struct", "in what may be missing", "in a tuple"],
)
def test_what_stands_for_a_code_and_is_none_is_not_written(fact: Fact[Any]) -> None:
    with pytest.raises(TypeError, match="stands where a code is wanted"):
        row_of(fact)


def test_what_would_not_read_back_as_it_was_given_is_not_written(four_tiers: type[Fact[Any]]) -> None:
    for at, wrong in ((0, "text"), (1, bytes(15)), (2, "four"), (4, 5), (6, "text")):
        values = [*TRIED[:at], wrong, *TRIED[at + 1 :]]
        with pytest.raises((TypeError, msgspec.ValidationError)):
            row_of(four_tiers(*values))


@pytest.mark.parametrize("silent", [{"words": None}, {"secret": None}, {"words": None, "more": None}, {"part": None}])
def test_nobody_says_none_which_means_closed_to_this_reader(
    four_tiers: type[Fact[Any]], silent: dict[str, None]
) -> None:
    fact = msgspec.structs.replace(four_tiers(*TRIED), **silent)
    with pytest.raises(TypeError):
        row_of(fact)
