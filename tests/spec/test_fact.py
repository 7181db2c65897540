"""A fact is said once: what is refused at import, how it is spoken, and that the fold runs with seals closed."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import ModuleType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest
from msgspec import Meta, Struct
from msgspec.structs import replace

import hueandcry.domain
from hueandcry.domain.access import Access
from hueandcry.domain.contact import Channel, Contact, Located, Rang, Source
from hueandcry.domain.deployment import TargetMissed
from hueandcry.domain.expedite import Asked, Expedite
from hueandcry.domain.fact import (
    FIELDS_MAX,
    REGISTRY,
    VERSION_MAX,
    Code,
    Entry,
    Fact,
    FactRef,
    Instant,
    Kind,
    Local,
    Names,
    Plain,
    Police,
    Record,
    Sealed,
    StreamId,
    Tier,
    fact,
    fold,
    schema_hash,
    sentence,
)
from hueandcry.domain.foreign import Foreign
from hueandcry.domain.grading import Assessed, Graded
from hueandcry.domain.history import ContactLoaded
from hueandcry.domain.incident import Incident
from hueandcry.domain.logbook import Corrected, Noted
from hueandcry.domain.particulars import Reply, Target
from hueandcry.domain.policy import Policy
from hueandcry.domain.staff import PassphraseSet, Staff
from tests.spec.harness import closed, entry, stream_of

DOMAIN = [
    importlib.import_module(f"hueandcry.domain.{found.name}")
    for found in pkgutil.iter_modules(hueandcry.domain.__path__)
]
SHIPPED = {key: cls for key, cls in REGISTRY.items() if cls.__module__.startswith("hueandcry.domain.")}
EVERY_RECORD = (Contact, Incident, Expedite, Staff, Policy, Access, Foreign)
RECORDS: dict[Kind, type[Record]] = {cls.kind: cls for cls in EVERY_RECORD}


class Lamp(Record, frozen=True, kw_only=True):
    """A record for tests: it is lit, and holds what was last said."""

    kind: ClassVar[Kind] = Kind.CONTACT
    lit: bool = False
    said: str | None = None


class Colour(Enum):
    PALE_BLUE = "pale_blue"


class Thawed(Struct, array_like=True):
    number: int


class Mapped(Struct, frozen=True):
    number: int


class Floating(Struct, frozen=True, array_like=True):
    number: float


class Talking(Struct, frozen=True, array_like=True):
    words: str


class Tiered(Struct, frozen=True, array_like=True):
    words: Sealed[str]


class Whole(Struct, frozen=True, array_like=True):
    code: Code
    number: int
    at: FactRef


class Base(Fact[Lamp], frozen=True):
    """Has an apply that facts below may be tempted to live on."""

    def apply(self, lamp: Lamp) -> Lamp:
        return lamp


@pytest.fixture(autouse=True)
def registry_as_found() -> Iterator[None]:
    """Take whatever a test entered out of the registry."""
    found = dict(REGISTRY)
    yield
    REGISTRY.clear()
    REGISTRY.update(found)


def with_fields(*, says: str = "", name: str = "contact.tested", version: int = 1, **hints: Any) -> type[Fact[Lamp]]:
    """Enter a fact with these fields."""

    @fact(name, version=version, says=says)
    class Tested(Fact[Lamp], frozen=True):
        __annotations__ = hints

        def apply(self, lamp: Lamp) -> Lamp:
            return replace(lamp, lit=True)

    return Tested


def refused(enter: Callable[[], object], words: str) -> None:
    """Expect a TypeError with these words, and that nothing was entered."""
    found = dict(REGISTRY)
    with pytest.raises(TypeError) as fault:
        enter()
    assert words in str(fault.value)
    assert found == REGISTRY


# Refused at import: the class


def test_a_class_that_is_no_fact_is_refused() -> None:
    def enter() -> None:
        @fact("contact.tested", version=1, says="")
        class Tested(Struct, frozen=True, array_like=True):
            def apply(self, lamp: Lamp) -> Lamp:
                return lamp

    refused(enter, "Tested is not a Fact")


def test_a_fact_without_apply_is_refused() -> None:
    def enter() -> None:
        @fact("contact.tested", version=1, says="")
        class Tested(Fact[Lamp], frozen=True):
            lit: Plain[bool]

    refused(enter, "Tested has no apply of its own")


def test_a_fact_that_only_inherits_apply_is_refused() -> None:
    def enter() -> None:
        @fact("contact.tested", version=1, says="")
        class Tested(Base, Fact[Lamp], frozen=True):
            lit: Plain[bool]

    refused(enter, "Tested has no apply of its own")


@pytest.mark.parametrize(
    "options", [{"frozen": False}, {"frozen": True, "array_like": False}], ids=["thawed", "mapped"]
)
def test_a_fact_that_could_change_or_has_names_in_its_bytes_is_refused(options: dict[str, bool]) -> None:
    def enter() -> None:
        @fact("contact.tested", version=1, says="")
        class Tested(Fact[Lamp], **options):
            def apply(self, lamp: Lamp) -> Lamp:
                return lamp

    refused(enter, "Tested must be frozen and array_like")


@pytest.mark.parametrize("base", [Fact, Fact[Any]], ids=["of nobody", "of anybody"])
def test_a_fact_that_does_not_say_whose_it_is_is_refused(base: Any) -> None:
    def enter() -> None:
        @fact("contact.tested", version=1, says="")
        class Tested(base, frozen=True):
            def apply(self, lamp: Lamp) -> Lamp:
                return lamp

    refused(enter, "Tested does not say whose fact it is, as in Fact[Incident]")


# Refused at import: the name


@pytest.mark.parametrize(
    "name", ["incident.tested", "tested", "contact", "contacts.tested", "Contact.tested", "contact.tested.twice", ""]
)
def test_a_name_that_does_not_begin_with_the_kind_of_its_stream_is_refused(name: str) -> None:
    refused(lambda: with_fields(name=name), f"the name {name!r} does not begin with its stream's kind, 'contact'")


@pytest.mark.parametrize("name", ["contact.tested", "tested", "record", "records.tested", "record.tested.twice"])
def test_a_name_of_a_fact_of_any_record_that_does_not_begin_with_record_is_refused(name: str) -> None:
    def enter() -> None:
        @fact(name, version=1, says="")
        class Tested(Fact[Record], frozen=True):
            def apply(self, record: Record) -> Record:
                return record

    refused(enter, f"the name {name!r} does not begin with its stream's kind, 'record'")


@pytest.mark.parametrize("version", [-1, 0, VERSION_MAX + 1])
def test_a_version_that_is_none_or_takes_more_than_one_byte_is_refused(version: int) -> None:
    """A reader finds the version at its place in a row's bytes before it decodes the row."""
    refused(lambda: with_fields(version=version), "a version lies between 1 and 127")
    assert len(msgspec.msgpack.encode(VERSION_MAX)) == 1 < len(msgspec.msgpack.encode(VERSION_MAX + 1))
    assert with_fields(version=VERSION_MAX).card.version == VERSION_MAX


def test_the_same_name_and_version_twice_is_refused() -> None:
    refused(lambda: with_fields(name="contact.rang"), "contact.rang version 1 stands twice")


def test_another_version_of_a_name_is_entered_beside_the_first() -> None:
    entered = with_fields(name="contact.rang", version=2)
    assert (REGISTRY["contact.rang", 1], REGISTRY["contact.rang", 2]) == (Rang, entered)


# Refused at import: tiers


@pytest.mark.parametrize("hint", [bool, Code, FactRef, tuple[int, ...], Annotated[int, "words"], int | None])
def test_a_field_without_a_tier_is_refused(hint: Any) -> None:
    refused(lambda: with_fields(value=hint), "Tested.value needs exactly one tier")


@pytest.mark.parametrize("hint", [Annotated[int, Tier.PLAIN, Tier.SEALED], Plain[Sealed[int]], Sealed[Sealed[int]]])
def test_a_field_with_two_tiers_is_refused(hint: Any) -> None:
    refused(
        lambda: with_fields(value=hint),
        "a tier inside a type" if hint == Sealed[Sealed[int]] else "Tested.value needs exactly one tier",
    )


@pytest.mark.parametrize(
    "hint",
    [
        Plain[tuple[Sealed[str], ...]],
        Plain[Sealed[str] | None],
        Sealed[tuple[Plain[int], ...]],
        Police[Local[int]],
        Plain[Tiered],
    ],
)
def test_a_tier_inside_a_type_is_refused(hint: Any) -> None:
    refused(lambda: with_fields(value=hint), "a tier inside a type")


@pytest.mark.parametrize("tier", [Tier.POLICE, Tier.SEALED, Tier.LOCAL])
@pytest.mark.parametrize("inner", [int, Code, Annotated[str, Meta(max_length=5)]])
def test_a_field_that_may_be_withheld_must_allow_none(tier: Tier, inner: Any) -> None:
    words = f"Tested.value: a {tier.name.lower()} field may be withheld, so it must allow None"
    refused(lambda: with_fields(value=Annotated[inner, tier]), words)


@pytest.mark.parametrize(
    "hints",
    [
        {"a": Sealed[str], "b": Plain[int]},
        {"a": Police[int], "b": Plain[int]},
        {"a": Local[str], "b": Sealed[str]},
        {"a": Plain[int], "b": Sealed[str], "c": Police[int]},
    ],
)
def test_fields_out_of_the_order_of_their_tiers_are_refused(hints: dict[str, Any]) -> None:
    refused(lambda: with_fields(**hints), "fields stand in the order of their tiers: plain, police, sealed, local")


def test_more_fields_than_one_byte_of_msgpack_counts_are_refused() -> None:
    fields = {f"f{number}": Plain[int] for number in range(FIELDS_MAX + 1)}
    refused(lambda: with_fields(**fields), "Tested has 16 fields, 15 are the most")
    fields.pop("f0")
    assert len(with_fields(**fields).card.groups[Tier.PLAIN]) == 15


# Refused at import: types with more than one spelling, and free text in the open


@pytest.mark.parametrize("tier", [Plain, Police, Sealed, Local], ids=["plain", "police", "sealed", "local"])
@pytest.mark.parametrize(
    "inner",
    [
        float,
        datetime,
        date,
        timedelta,
        Decimal,
        UUID,
        dict,
        dict[str, int],
        set[int],
        frozenset[int],
        list,
        list[int],
        tuple,
        Any,
        object,
        complex,
        Literal["a"],
        tuple[float, ...],
        tuple[int, list[int]],
        int | float,
        tuple[tuple[datetime, ...], ...],
    ],
    ids=str,
)
def test_a_type_with_more_than_one_spelling_in_bytes_is_refused(tier: Any, inner: Any) -> None:
    refused(lambda: with_fields(value=tier[inner]), "has more than one spelling in bytes")


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (Thawed, "Thawed must be frozen and array_like"),
        (Mapped, "Mapped must be frozen and array_like"),
        (tuple[Thawed, ...], "Thawed must be frozen and array_like"),
        (Floating, "Tested.value.number: <class 'float'> has more than one spelling in bytes"),
        (Talking, "Tested.value.words: free text is sealed or local; plain holds codes"),
    ],
)
def test_a_nested_record_is_held_to_the_same(inner: Any, words: str) -> None:
    refused(lambda: with_fields(value=Plain[inner]), words)


@pytest.mark.parametrize("tier", [Plain, Police], ids=["plain", "police"])
@pytest.mark.parametrize(
    "inner", [str, tuple[str, ...], str | None, tuple[int, str], Annotated[str, Meta(max_length=9)]], ids=str
)
def test_free_text_is_refused_where_others_may_read_it(tier: Any, inner: Any) -> None:
    name = "plain" if tier is Plain else "police"
    refused(lambda: with_fields(value=tier[inner]), f"free text is sealed or local; {name} holds codes")


# Refused at import: the sentence


@pytest.mark.parametrize("says", ["{grade}", "{lit} and {grade}", "{lit.real}", "{lit[0]}", "{0}"])
def test_a_sentence_that_names_no_field_is_refused(says: str) -> None:
    refused(lambda: with_fields(says=says, lit=Plain[bool]), "which is no field")


def test_a_sentence_with_an_empty_place_is_refused() -> None:
    """It could be entered and never be spoken."""
    refused(lambda: with_fields(says="Lit: {}", lit=Plain[bool]), "which is no field")


# Entered


def test_a_fact_is_entered_with_its_card() -> None:
    entered = with_fields(
        says="{at} {who} {words}",
        at=Plain[Instant],
        stream=Plain[StreamId | None],
        on=Plain[tuple[Whole, ...]],
        colour=Plain[Colour],
        who=Police[Code],
        words=Sealed[str],
        note=Sealed[Code],
        salt=Local[bytes],
    )
    card = entered.card
    assert REGISTRY["contact.tested", 1] is entered
    assert (card.name, card.version, card.kind) == ("contact.tested", 1, Kind.CONTACT)
    assert card.groups == (("at", "stream", "on", "colour"), ("who",), ("words", "note"), ("salt",))
    assert card.texts == (False, True, True, False)
    assert (card.nouns["at"], card.nouns["stream"], card.nouns["who"]) == ("instant", "stream", "code")


def test_a_fact_of_any_record_is_entered_without_a_kind() -> None:
    @fact("record.tested", version=1, says="")
    class Tested(Fact[Record], frozen=True):
        def apply(self, record: Record) -> Record:
            return record

    assert Tested.card.kind is None


WHOLE = Whole("a", 7, FactRef(b"\1" * 16, 2))


@pytest.mark.parametrize(
    ("hint", "codes", "odd", "text"),
    [
        (Plain[Code], "AB12", "no code", "no code"),
        (Plain[Code], "a" * 64, "a" * 65, "a" * 65),
        (Plain[Code | None], None, "", ""),
        (Police[Code], None, "-rf", "-rf"),
        (Sealed[Code], "a", "a\n", "a\n"),
        (Plain[tuple[Code, ...]], ("a", "b"), ("a", "b c"), "b c"),
        (Plain[Whole], WHOLE, replace(WHOLE, code="a b"), "a b"),
        (Local[tuple[Whole, ...]], (WHOLE, WHOLE), (WHOLE, replace(WHOLE, code=" ")), " "),
        (Plain[tuple[Reply, ...]], (Reply("a", "b"), Reply("a", "b", "c")), (Reply("a", "b", "so it is"),), "so it is"),
        (Plain[tuple[Reply, ...]], (), (Reply("a", "b"), Reply("a", "not asked")), "not asked"),
    ],
    ids=str,
)
def test_a_text_that_is_no_code_is_found_wherever_a_code_is_wanted(hint: Any, codes: Any, odd: Any, text: str) -> None:
    """It is looked for where a fact is made, and nowhere else."""
    entered = with_fields(first=Plain[int], value=hint)
    assert entered.card.not_a_code(entered(1, codes)) is None
    assert entered.card.not_a_code(entered(1, odd)) == text


def test_other_texts_than_codes_are_not_looked_at() -> None:
    entered = with_fields(words=Sealed[str], short=Sealed[Annotated[str, Meta(max_length=9)]])
    assert entered.card.not_a_code(entered("no code", "nor this")) is None
    assert [field for field, _ in with_fields(version=2, a=Plain[int], b=Police[Code]).card.codes] == ["b"]


def test_a_field_whose_type_says_nothing_of_its_noun_holds_text() -> None:
    short, other = Annotated[str, Meta(max_length=9)], Annotated[str, Meta(extra={"other": 1})]
    entered = with_fields(short=Sealed[short], other=Sealed[other], number=Local[int])
    assert entered.card.nouns == {"short": "text", "other": "text", "number": "text"}


def test_the_schema_is_another_once_a_fact_its_tiers_or_its_fields_are_others() -> None:
    seen = {schema_hash()}
    for version, hints in enumerate(({"a": Plain[int]}, {"b": Plain[int]}, {"a": Sealed[int]}), 1):
        with_fields(version=version, **hints)
        seen.add(schema_hash())
        REGISTRY.pop(("contact.tested", version))
    assert len(seen) == 4


# How a fact is spoken


def test_a_sealed_value_is_spoken_as_sealed_and_what_was_not_said_as_nothing() -> None:
    names = Names()
    assert sentence(Rang(Channel.EMERGENCY, "07700 900001"), names) == "Ringing on 999 07700 900001"
    assert sentence(Rang(Channel.EMERGENCY, None), names) == "Ringing on 999 [sealed]"
    assert sentence(Rang(Channel.EMERGENCY, ""), names) == "Ringing on 999"


@pytest.mark.parametrize("tier", [Police, Sealed, Local], ids=["police", "sealed", "local"])
def test_a_closed_value_of_any_tier_but_plain_is_spoken_as_sealed(tier: Any) -> None:
    entered = with_fields(says="It is {value}", value=tier[Code])
    assert sentence(entered(None), Names()) == "It is [sealed]"
    assert sentence(entered("AB12"), Names()) == "It is AB12"


def test_a_plain_value_that_is_not_there_is_spoken_as_nothing() -> None:
    entered = with_fields(says="Contact {value}", value=Plain[StreamId | None])
    assert sentence(entered(None), Names()) == "Contact"


def test_a_sentence_ends_with_its_last_words() -> None:
    this = FactRef(stream_of(Incident), 2)
    assert sentence(Graded("3", "3", 0, this, ""), Names()) == "Graded 3 (suggested 3, 0 not asked)"
    asked = Asked("ward-12", "walkout", None, "", "", "patient left")
    assert sentence(asked, Names()) == "ward-12 asks (walkout): patient left"


def test_enumerations_answers_and_lists_are_spoken_in_words() -> None:
    entered = with_fields(
        says="{colour} {yes} {no} {none} {whole}",
        colour=Plain[Colour],
        yes=Plain[bool],
        no=Plain[bool],
        none=Plain[tuple[Code, ...]],
        whole=Plain[Whole],
    )
    spoken = sentence(entered(Colour.PALE_BLUE, True, False, (), Whole("a", 7, FactRef(b"\1" * 16, 2))), Names())
    assert spoken == f"pale blue yes no none a 7 {'01' * 16}.2"


def test_an_assessment_is_spoken_with_its_answers_what_was_not_asked_and_why() -> None:
    """Letter, area 1: an assessment says what it rests on, and what it does not."""
    replies = (Reply("threat", "weapon"), Reply("risk", "not-asked", "unsafe"), Reply("engagement", "not-asked"))
    heard = (FactRef(stream_of(Contact), 3),)
    said = sentence(Assessed(replies, heard, 2, True, "1", ("weapon-now", "threat.weapon"), "he is back"), Names())
    assert said == (
        "Risk assessed, suggests 1 (weapon-now, threat.weapon); vulnerable: yes; "
        "threat weapon, risk not-asked unsafe, engagement not-asked; 2 not asked. he is back"
    )


def test_what_is_not_there_inside_a_value_leaves_no_gap() -> None:
    entered = with_fields(says="Said {whole}!", whole=Plain[Reply])
    assert sentence(entered(Reply("threat", "weapon")), Names()) == "Said threat weapon!"


class Spoken(Names):
    def stream(self, stream: bytes) -> str:
        return "412"

    def instant(self, instant_ns: int) -> str:
        return "08:15:00"


def test_streams_facts_and_moments_are_spoken_by_the_names_of_the_reader() -> None:
    missed = TargetMissed(Target.ATTEND, 9)
    assert sentence(missed, Names()) == "Target missed: attend by 9 ns"
    assert sentence(missed, Spoken()) == "Target missed: attend by 08:15:00"
    assert sentence(Corrected(FactRef(b"\1" * 16, 3), "no"), Spoken()) == "Corrects 412.3: no"
    entered = with_fields(says="On {value}, for {seconds}", value=Plain[StreamId], seconds=Plain[int])
    assert sentence(entered(b"\1" * 16, 9), Spoken()) == "On 412, for 9"


def test_what_a_caller_said_is_spoken_as_it_is_also_with_braces() -> None:
    assert sentence(Noted("{grade} {0} {}"), Names()) == "{grade} {0} {}"


def test_a_fact_without_words_for_its_secret_never_speaks_it() -> None:
    assert sentence(PassphraseSet(b"salt and hash"), Names()) == "Passphrase set"


# The fold


def test_a_fact_that_is_not_known_here_moves_the_version_and_nothing_else() -> None:
    before = fold(Contact(id=stream_of(Contact)), (entry(stream_of(Contact), 1, Rang(Channel.CHAT, None)),))
    unknown = Entry(9, before.id, 2, "contact.sang", replace(HEADER, fact_version=7), None)
    after = fold(before, (unknown,))
    assert after == replace(before, version=2, occurred=5, recorded=6, actor="9")


def test_a_row_of_another_application_moves_the_version_and_no_clock() -> None:
    before = fold(Contact(id=stream_of(Contact)), (entry(stream_of(Contact), 1, Rang(Channel.CHAT, None)),))
    assert fold(before, (Entry(9, before.id, 2, "other", None, None),)) == replace(before, version=2)


HEADER = entry(b"\1" * 16, 1, Rang(Channel.CHAT, None)).header
assert HEADER is not None
HEADER = replace(HEADER, occurred=5, recorded=6, actor="9")


def test_a_stream_that_another_application_began_keeps_its_id() -> None:
    assert fold(Contact(), (Entry(9, b"\2" * 16, 1, "other", None, None),)).here == FactRef(b"\2" * 16, 1)


def test_a_record_stands_at_the_fact_that_is_applied_to_it() -> None:
    record = fold(Contact(), (Entry(9, b"\2" * 16, 4, "contact.rang", HEADER, Rang(Channel.CHAT, None)),))
    assert record.number == record.here == FactRef(b"\2" * 16, 4)
    assert (record.rang, record.occurred, record.recorded, record.actor) == (5, 5, 6, "9")


def test_the_fold_leaves_the_record_it_began_with_as_it_was() -> None:
    before = Contact(id=stream_of(Contact))
    fold(before, (entry(before.id, 1, Rang(Channel.CHAT, None)),))
    assert before == Contact(id=stream_of(Contact))


def sample(hint: Any, *, said: bool = True) -> Any:
    """Return a value of a field's type; texts are empty where nothing was said."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return sample(hint.__origin__, said=said or _never_empty(hint))
    if origin in (Union, UnionType):
        return sample(args[0], said=said)
    if origin is tuple:
        return (sample(args[0], said=said),)
    if issubclass(hint, Enum):
        return next(iter(hint))
    if issubclass(hint, Struct):
        return hint(*(sample(one) for one in get_type_hints(hint, include_extras=True).values()))
    return {str: "words" if said else "", bytes: bytes(16), int: 1, bool: True}[hint]


def _never_empty(hint: Any) -> bool:
    """Tell whether a text is a code or has another pattern: there is no saying nothing."""
    metas = [mark for mark in hint.__metadata__ if isinstance(mark, Meta)]
    return any(meta.pattern or (meta.extra or {}).get("noun") == "code" for meta in metas)


def made(cls: type[Fact[Any]], *, said: bool = True) -> Fact[Any]:
    """Return a fact of a class, with every field filled."""
    hints = get_type_hints(cls, include_extras=True)
    return cls(*(sample(hints[field], said=said) for field in cls.__struct_fields__))


def folds_the_same_open_and_closed(cls: type[Fact[Any]], record: Record) -> bool:
    """Tell whether a fact moves a record in the same way with its seals open, closed, and where nothing was said."""
    facts = (made(cls), closed(made(cls)), made(cls, said=False), closed(made(cls, said=False)))
    ends = [fold(record, (entry(stream_of(type(record)), 1, one),)) for one in facts]
    return all(end == ends[0] for end in ends)


@pytest.mark.parametrize("cls", SHIPPED.values(), ids=[f"{name}-{version}" for name, version in SHIPPED])
def test_every_fact_moves_its_record_in_the_same_way_with_its_seals_closed(cls: type[Fact[Any]]) -> None:
    """So an erasure cannot break a replay, and no personal text sits in a state."""
    (about,) = (get_args(base)[0] for base in cls.__orig_bases__)  # type: ignore[attr-defined]  # Fact[Incident], say
    records = [one for one in EVERY_RECORD if issubclass(one, about)]
    assert all(folds_the_same_open_and_closed(cls, record()) for record in records)


@pytest.mark.parametrize("cls", SHIPPED.values(), ids=[f"{name}-{version}" for name, version in SHIPPED])
def test_every_fact_reads_back_as_it_was_given_and_is_spoken_open_and_closed(cls: type[Fact[Any]]) -> None:
    for one in (made(cls), closed(made(cls)), made(cls, said=False)):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=cls) == one
        assert sentence(one, Names()) or not any(getattr(one, name) for name in cls.card.nouns)


def test_a_fact_that_carries_a_sealed_value_into_the_state_is_found() -> None:
    @fact("contact.tested", version=1, says="")
    class Tested(Fact[Lamp], frozen=True):
        words: Sealed[str]

        def apply(self, lamp: Lamp) -> Lamp:
            return replace(lamp, said=self.words)

    assert not folds_the_same_open_and_closed(Tested, Lamp())
    assert folds_the_same_open_and_closed(with_fields(version=2, words=Sealed[str]), Lamp())


def test_seals_are_closed_group_by_group_and_a_group_of_texts_never_said_stays_empty() -> None:
    """As the journal gives facts back: a group in which nothing was said is not stored."""
    assert closed(Rang(Channel.CHAT, "07700 900001")) == Rang(Channel.CHAT, None)
    assert closed(Rang(Channel.CHAT, "")) == Rang(Channel.CHAT, "")
    assert closed(Asked("ward-12", "walkout", None, "", "", "left")) == Asked(
        "ward-12", "walkout", None, None, None, None
    )
    assert closed(PassphraseSet(b"")) == PassphraseSet(None)
    assert closed(Located("WEST", Source.CALLER, "12 Mill Lane")) == Located("WEST", Source.CALLER, None)


# The house


def facts_in(module: ModuleType) -> list[type[Fact[Any]]]:
    """Return the classes of facts that a module defines."""
    found = (one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Fact))
    return [one for one in found if one is not Fact and one.__module__ == module.__name__]


def forgotten(modules: list[ModuleType]) -> list[str]:
    """Return the facts that were never entered."""
    entered = set(REGISTRY.values())
    return [cls.__qualname__ for module in modules for cls in facts_in(module) if cls not in entered]


def test_no_class_of_the_domain_forgot_to_be_entered_as_a_fact() -> None:
    assert forgotten(DOMAIN) == []
    assert sum(len(facts_in(module)) for module in DOMAIN) == len(SHIPPED) > 40


def test_a_class_that_forgot_to_be_entered_is_found() -> None:
    module = ModuleType("made_for_this_test")

    class Forgetful(Fact[Lamp], frozen=True):
        __module__ = "made_for_this_test"

        def apply(self, lamp: Lamp) -> Lamp:
            return lamp

    module.Forgetful = Forgetful
    assert forgotten([module])[0].endswith("Forgetful")


def test_every_fact_stands_in_the_file_of_its_stream() -> None:
    """A stream that grew too long for one page is told in several, each a noun of its own; as is what any record has."""
    pages = {
        "contact": {"contact", "firstcheck", "history", "lane", "location", "parking", "recall", "triage"},
        "expedite": {"dispute", "expedite", "recontact", "threshold"},
        "incident": {
            "advice", "classification", "crime", "deployment", "escalation", "grading", "handover", "history",
            "incident", "link", "major", "outcome", "safeguarding",
        },
        "nominal": {"nominal", "marker", "doublet"},
        "policy": {"policy", "crime", "fault_note", "ringing"},
        "record": {
            "advice", "check", "episode", "erasure", "handover", "involvement", "location", "logbook",
            "promise", "putoff", "questionnaire", "rationale", "reminder", "ringing", "safeguarding", "sharing", "welfare",
        },
        "review": {"blindreview"},
        "staff": {"staff", "bell", "cover", "welfare"},
    }  # fmt: skip
    astray = []
    for cls in SHIPPED.values():
        stream, page = cls.card.name.partition(".")[0], cls.__module__.rpartition(".")[2]
        assert stream == ("record" if cls.card.kind is None else cls.card.kind.name.lower())
        if page not in pages.get(stream, {stream}):
            astray.append(cls)
    assert astray == []


def test_every_sentence_is_spoken_from_its_fields_and_has_a_docstring_beside_it() -> None:
    assert [cls.card.name for cls in SHIPPED.values() if not cls.__doc__ or not cls.card.says] == []


def test_loaded_history_says_where_it_came_from() -> None:
    said = sentence(ContactLoaded("san-antonio", Channel.UNKNOWN, "police", "theft", "WEST", None, None), Names())
    assert said == "Loaded from san-antonio: theft (police) [sealed]"
