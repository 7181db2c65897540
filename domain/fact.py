"""A fact is said once: name, version, sentence, tiers and effect in one class, in its stream's file.

Theory of operation. `@fact` enters a class into REGISTRY under its stored name and version, after refusing whatever
would later make the log ambiguous: a field without a tier, a value with two spellings in bytes, a sentence that names
no field. `Fact.apply` moves a record from one state to the next; it never refuses, never reads a clock and never reads
a sealed value, so a log replays for ever, also after an erasure. `fold` is the only way from facts to a record.

Tiers. Plain may go to any agreed recipient, Police to police forces, Sealed is free text and whatever is about a
person, Local is sealed and never leaves the force. Every tier but Plain may be None: not open to this reader.
"""

import hashlib
import types
from abc import abstractmethod
from collections.abc import Callable, Iterable
from enum import Enum, IntEnum
from string import Formatter
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.codes import FindCodes, bare_type, codes_of, is_code_meta, metas_of
from hueandcry.domain.reference import Code, FactRef, Instant, Kind, StreamId, is_code

T = TypeVar("T")


class Tier(IntEnum):
    """How far a field may travel; the order of fields in a fact is the order of their tiers."""

    PLAIN = 0
    POLICE = 1
    SEALED = 2
    LOCAL = 3


Plain = Annotated[T, Tier.PLAIN]
Police = Annotated[T | None, Tier.POLICE]
Sealed = Annotated[T | None, Tier.SEALED]
Local = Annotated[T | None, Tier.LOCAL]

ANY_RECORD = "record"  # how the name of a fact begins that any record may have
FIELDS_MAX = 15  # one byte of array header in msgpack, so that groups join without re-encoding
VERSION_MAX = 127  # one byte in msgpack, so that a reader knows a row's shape before decoding it


class Header(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Who, when, why and under which policy: what every fact carries beside its own fields.

    `occurred` and `recorded` are ns UTC: when it happened in the world, and when the journal learned of it.
    `actor` is a collar number, or `watch` for what time itself demanded. `key` is the id of the record key in force for
    the stream, None before anything was sealed in it and from an erasure on.
    """

    fact_version: int
    occurred: int
    recorded: int
    actor: str
    role: str
    seat: str
    session: str
    causation: FactRef | None = None
    correlation: bytes | None = None
    source: bytes | None = None
    pack: bytes | None = None
    key: int | None = None


class Erasure(Enum):
    """How far a record's words are erased."""

    NONE = "none"
    PENDING = "pending"
    COMPLETED = "completed"


class Record(Struct, frozen=True, kw_only=True):
    """What a stream has come to: the state that its facts fold to. It holds no set, float or non-string key.

    While a fact is applied, `version`, `occurred`, `recorded`, `actor`, `role` and `pack` are already those of that fact.
    """

    kind: ClassVar[Kind]
    id: StreamId = b""
    version: int = 0
    occurred: Instant = 0
    recorded: Instant = 0
    actor: str = ""
    role: str = ""
    pack: bytes | None = None
    erasure: Erasure = Erasure.NONE

    @property
    def here(self) -> FactRef:
        """The fact that this record stands at."""
        return FactRef(self.id, self.version)

    def reached(self, entry: "Entry") -> Self:
        """Return this record moved to the place and the moment of an entry, before its fact is applied."""
        header = entry.header
        if header is None:
            return replace(self, id=entry.stream, version=entry.version)
        return replace(
            self,
            id=entry.stream,
            version=entry.version,
            occurred=header.occurred,
            recorded=header.recorded,
            actor=header.actor,
            role=header.role,
            pack=header.pack,
        )


R = TypeVar("R", bound=Record)


class Card(Struct, frozen=True):
    """What the registry knows of a fact: its stored name and version, its sentence, and its fields by tier.

    `texts` tells for each tier whether it holds only text; such a group is not stored while nothing was said. `kind` is
    None for a fact of any record. `codes` are the fields that hold codes, each with what finds them in its value.
    """

    name: str
    version: int
    says: str
    kind: Kind | None
    groups: tuple[tuple[str, ...], ...]
    texts: tuple[bool, ...]
    nouns: dict[str, str]
    codes: tuple[tuple[str, "FindCodes"], ...] = ()

    def not_a_code(self, fact: "Fact[Any]") -> str | None:
        """Return the first text of a fact that stands where a code is wanted and is none."""
        for field, find in self.codes:
            for text in find(getattr(fact, field)):
                if text is not None and not is_code(text):
                    return text
        return None


class Fact(Struct, Generic[R], frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """Something that happened, in the past tense; entered by `@fact`. It holds no cycle, so the collector need not look."""

    card: ClassVar[Card]

    @abstractmethod
    def apply(self, record: R, /) -> R:
        """Return the record as it is after this fact; never refuses, never reads a clock or a sealed value."""


class Entry(Struct, frozen=True, gc=False):
    """One row of the journal as the domain sees it: `fact` is None where the name or version is not known here."""

    position: int
    stream: bytes
    version: int
    name: str
    header: Header | None
    fact: Fact[Any] | None


REGISTRY: dict[tuple[str, int], type[Fact[Any]]] = {}


def fact(name: str, *, version: int, says: str) -> Callable[[type[T]], type[T]]:
    """Enter a Fact class under its stored name and version; raises TypeError for whatever would make a log ambiguous."""

    def enter(cls: type[T]) -> type[T]:
        where = f"{cls.__module__}.{cls.__qualname__}"
        if not issubclass(cls, Fact):
            raise TypeError(f"{where} is not a Fact")
        kind = _kind_of_record(cls, where)
        if "apply" not in vars(cls):
            raise TypeError(f"{where} has no apply of its own")
        if not (cls.__struct_config__.frozen and cls.__struct_config__.array_like):
            raise TypeError(f"{where} must be frozen and array_like")
        begins = kind.name.lower() if kind is not None else ANY_RECORD
        if name.count(".") != 1 or name.split(".", maxsplit=1)[0] != begins:
            raise TypeError(f"{where}: the name {name!r} does not begin with its stream's kind, {begins!r}")
        if not 0 < version <= VERSION_MAX:
            raise TypeError(f"{where}: a version lies between 1 and {VERSION_MAX}")
        if (name, version) in REGISTRY:
            raise TypeError(f"{where}: {name} version {version} stands twice")
        tiers, nouns = _fields(cls, where)
        unknown = sorted({field for _, field, _, _ in Formatter().parse(says) if field is not None} - set(tiers))
        if unknown:
            raise TypeError(f"{where}: the sentence names {', '.join(map(repr, unknown))}, which is no field")
        groups = tuple(tuple(field for field in tiers if tiers[field] is tier) for tier in Tier)
        hints = get_type_hints(cls)
        texts = tuple(bool(group) and all(str in (hints[f], *get_args(hints[f])) for f in group) for group in groups)
        cls.card = Card(
            name, version, says, kind, groups, texts, nouns, codes_of(get_type_hints(cls, include_extras=True))
        )
        REGISTRY[name, version] = cls
        return cls

    return enter


def _kind_of_record(cls: type, where: str) -> Kind | None:
    for base in getattr(cls, "__orig_bases__", ()):
        if get_origin(base) is Fact:
            (record,) = get_args(base)
            if isinstance(record, type) and issubclass(record, Record):
                return getattr(record, "kind", None)
    raise TypeError(f"{where} does not say whose fact it is, as in Fact[Incident]")


def _fields(cls: type[Fact[Any]], where: str) -> tuple[dict[str, Tier], dict[str, str]]:
    hints = get_type_hints(cls, include_extras=True)
    tiers: dict[str, Tier] = {}
    nouns: dict[str, str] = {}
    for field in cls.__struct_fields__:
        hint = hints[field]
        found = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Tier)]
        if len(found) != 1:
            raise TypeError(f"{where}.{field} needs exactly one tier")
        tiers[field] = found[0]
        inner = _without_tier(hint)
        if found[0] is not Tier.PLAIN and type(None) not in get_args(bare_type(inner)):
            raise TypeError(f"{where}.{field}: a {found[0].name.lower()} field may be withheld, so it must allow None")
        _one_spelling(inner, found[0], f"{where}.{field}")
        nouns[field] = _noun(inner)
    if list(tiers.values()) != sorted(tiers.values()):
        raise TypeError(f"{where}: fields stand in the order of their tiers: plain, police, sealed, local")
    if len(tiers) > FIELDS_MAX:
        raise TypeError(f"{where} has {len(tiers)} fields, {FIELDS_MAX} are the most")
    return tiers, nouns


def _without_tier(hint: Any) -> Any:
    marks = tuple(mark for mark in hint.__metadata__ if not isinstance(mark, Tier))
    return Annotated[(hint.__origin__, *marks)] if marks else hint.__origin__


def _noun(hint: Any) -> str:
    """Return what a field holds, in one word, for its sentence: instant, stream, code, text, ..."""
    for arg in (hint, *get_args(bare_type(hint))):
        for meta in metas_of(arg):
            if meta.extra and "noun" in meta.extra:
                return str(meta.extra["noun"])
    return "text"


def _one_spelling(hint: Any, tier: Tier, where: str) -> None:
    """Refuse a type that one value could be spelt in two ways of bytes, or that lets free text into an open tier."""
    if any(isinstance(mark, Tier) for mark in getattr(hint, "__metadata__", ())):
        raise TypeError(f"{where}: a tier inside a type")
    bare = bare_type(hint)
    if bare is str:
        if tier < Tier.SEALED and not any(meta.pattern or is_code_meta(meta) for meta in metas_of(hint)):
            raise TypeError(f"{where}: free text is sealed or local; {tier.name.lower()} holds codes")
        return
    if bare in (int, bool, bytes, type(None)) or (isinstance(bare, type) and issubclass(bare, Enum)):
        return
    if get_origin(bare) in (Union, types.UnionType, tuple):
        for arg in get_args(bare):
            if arg is not Ellipsis:
                _one_spelling(arg, tier, where)
        return
    if isinstance(bare, type) and issubclass(bare, Struct):
        if not (bare.__struct_config__.frozen and bare.__struct_config__.array_like):
            raise TypeError(f"{where}: {bare.__name__} must be frozen and array_like")
        for name, inner in get_type_hints(bare, include_extras=True).items():
            _one_spelling(inner, tier, f"{where}.{name}")
        return
    raise TypeError(f"{where}: {bare} has more than one spelling in bytes")


def fold(record: R, entries: Iterable[Entry]) -> R:
    """Return the record after all entries; an entry whose fact is not known here moves the version and nothing else."""
    for entry in entries:
        record = record.reached(entry)
        if entry.fact is not None:
            record = entry.fact.apply(record)
    return record


class Names:
    """How references and instants are spoken; a reader that knows daily numbers and a time zone overrides it."""

    closed = "[sealed]"

    def stream(self, stream: bytes) -> str:
        """Return how people name a stream."""
        return stream.hex()

    def fact(self, ref: FactRef) -> str:
        """Return how people name one fact of a stream."""
        return f"{self.stream(ref.stream)}.{ref.version}"

    def instant(self, instant_ns: int) -> str:
        """Return an instant (ns UTC) as people read it."""
        return f"{instant_ns} ns"


def sentence(fact: Fact[Any], names: Names) -> str:
    """Return what a fact says, in one line; a value that is not open to this reader stands as `names.closed`."""
    card = fact.card
    words = {
        field: _spoken(getattr(fact, field), noun, field in card.groups[0], names) for field, noun in card.nouns.items()
    }
    said, end = "", 0
    for literal, field, _, _ in Formatter().parse(card.says):
        said += literal
        value = words[field] if field is not None else ""
        said += value
        end = len(said) if value else end
    return said[:end] + said[end:].rstrip(" :/")  # what leads up to a value that is empty; of a value nothing goes


def _spoken(value: Any, noun: str, plain: bool, names: Names) -> str:
    match value:
        case None:
            return "" if plain else names.closed
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value).replace("_", " ")
        case FactRef():
            return names.fact(value)
        case int():
            return (names.instant(value) if value else "none") if noun == "instant" else str(value)
        case bytes():
            return _of_bytes(value, noun, names)
        case tuple():
            return ", ".join(_spoken(one, noun, plain, names) for one in value) or "none"
        case Struct():
            parts = (_spoken(getattr(value, name), "text", plain, names) for name in value.__struct_fields__)
            return " ".join(filter(None, parts))
        case _:
            return str(value)


def _of_bytes(value: bytes, noun: str, names: Names) -> str:
    if noun == "name":
        return value.decode("utf-8", "replace")
    return names.stream(value) if noun == "stream" else value.hex()[:12]


def schema_hash() -> bytes:
    """Return SHA-256 over every registered fact's name, version, fields and tiers: which release's words these are."""
    cards = sorted(
        (card.name, card.version, card.groups, sorted(card.nouns.items()))
        for card in (cls.card for cls in REGISTRY.values())
    )
    return hashlib.sha256(msgspec.msgpack.encode(cards)).digest()


__all__ = [
    "FIELDS_MAX",
    "REGISTRY",
    "Card",
    "Code",
    "Entry",
    "Erasure",
    "Fact",
    "FactRef",
    "Header",
    "Instant",
    "Kind",
    "Local",
    "Names",
    "Plain",
    "Police",
    "Record",
    "Sealed",
    "StreamId",
    "Tier",
    "fact",
    "fold",
    "schema_hash",
    "sentence",
]
