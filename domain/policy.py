"""The force's policy: who we are, and the packs that were adopted, with their content and hash.

Theory of operation. Risk model, grades and targets, categories and result codes are data: packs, TOML texts with their
source and whether that source was verified. A pack comes into force by a fact that carries its whole content, so that
an old incident is judged for ever by the pack of its day. There is one policy stream to a store. A parsed pack is kept
by its content: parsing has no effect but time.
"""

import hashlib
from enum import Enum
from functools import lru_cache
from typing import ClassVar, Literal

import msgspec
from hueandcry.domain.fact import Fact, Plain, Record, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, FactRef, Kind, ZoneName, stream_id
from msgspec import Struct
from msgspec.structs import replace

POLICY_STREAM = stream_id(Kind.POLICY, 0, 0)
NOT_ASKED = "not-asked"


class PackKind(Enum):
    """What a pack decides."""

    RISK = "risk"
    GRADES = "grades"
    CATEGORIES = "categories"
    RESULTS = "results"


class _Pack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every pack says of itself; `verified` tells whether the source was read or is remembered."""

    pack: Code
    kind: Literal["risk", "grades", "categories", "results"]
    title: str
    source: str
    verified: Literal["yes", "no"]


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer that an element offers."""

    code: Code
    says: str


class Element(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One element of a risk model: the letter people know it by, what to ask, and the answers on offer."""

    code: Code
    letter: str
    name: str
    ask: str
    answer: tuple[Answer, ...]


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Suggests a grade when every named element (or the category) has one of the named answers."""

    grade: Code
    because: Code
    when: dict[str, tuple[str, ...]]


class Suggestion(Struct, frozen=True):
    """The grade that the answers suggest, and the grounds: the rule's name and the answers that met it."""

    grade: Code
    grounds: tuple[Code, ...]


class RiskPack(_Pack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A risk model: elements with their answers, reasons for not asking, and the rules that suggest a grade."""

    element: tuple[Element, ...]
    not_asked: tuple[Answer, ...]
    vulnerable: dict[str, tuple[str, ...]]
    suggest: tuple[Rule, ...]

    def offered(self, element: str) -> tuple[str, ...]:
        """Return the answer codes of an element; refuses an element that the pack does not have."""
        for one in self.element:
            if one.code == element:
                return tuple(answer.code for answer in one.answer)
        raise Refused(f"{self.pack} has no element {element}; it has {', '.join(e.code for e in self.element)}")

    def is_vulnerable(self, answers: dict[str, str]) -> bool:
        """Tell whether the answers name someone who is vulnerable."""
        return any(answers.get(element) in codes for element, codes in self.vulnerable.items())

    def suggestion(self, answers: dict[str, str], category: str) -> Suggestion:
        """Return the grade of the first rule that the answers meet; the pack's last rule meets all."""
        said = {**answers, "category": category}
        for rule in self.suggest:
            if all(said.get(element) in codes for element, codes in rule.when.items()):
                met = tuple(f"{element}.{said[element]}" for element in rule.when)
                return Suggestion(rule.grade, (rule.because, *met))
        raise Refused(f"{self.pack} suggests no grade for these answers; its last rule must meet all")


class GradeRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One grade: what it means and within how many seconds someone should be there; None where nobody is sent."""

    code: Code
    name: str
    attend_within_s: int | None = None
    review_every_s: int | None = None


class GradePack(_Pack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grades, most urgent first, and how soon a partner's expedite is to be answered."""

    grade: tuple[GradeRow, ...]
    expedite_answer_within_s: int

    def row(self, code: str) -> GradeRow:
        """Return a grade; refuses one that the pack does not have."""
        for one in self.grade:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no grade {code}; it has {', '.join(g.code for g in self.grade)}")

    def rank(self, code: str) -> int:
        """Return the place of a grade, 0 for the most urgent."""
        return self.grade.index(self.row(code))


class Category(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an incident is about; `domestic` asks for a second look where it is downgraded or cancelled."""

    code: Code
    name: str
    domestic: bool = False


class CategoryPack(_Pack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The categories under which incidents are opened."""

    category: tuple[Category, ...]

    def row(self, code: str) -> Category:
        """Return a category; refuses one that the pack does not have."""
        for one in self.category:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no category {code}")


class ResultRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a contact or an incident ended; `cancels` and `attended` decide what must come before close."""

    code: Code
    name: str
    attended: bool = False
    cancels: bool = False


class ResultPack(_Pack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Result codes."""

    result: tuple[ResultRow, ...]

    def row(self, code: str) -> ResultRow:
        """Return a result code; refuses one that the pack does not have."""
        for one in self.result:
            if one.code == code:
                return one
        raise Refused(f"{self.pack} has no result {code}; it has {', '.join(r.code for r in self.result)}")


Pack = RiskPack | GradePack | CategoryPack | ResultPack
_TYPES: dict[str, type[Pack]] = {
    "risk": RiskPack,
    "grades": GradePack,
    "categories": CategoryPack,
    "results": ResultPack,
}


@lru_cache(maxsize=64)
def read_pack(content: bytes) -> Pack:
    """Return a pack from its TOML text; refuses, naming the place, what is not a pack of a kind we know."""
    try:
        kind = msgspec.toml.decode(content).get("kind")
        if kind not in _TYPES:
            raise Refused(f"a pack's kind is one of {', '.join(_TYPES)}, not {kind!r}")
        return msgspec.toml.decode(content, type=_TYPES[kind])
    except msgspec.DecodeError as fault:
        raise Refused(f"the pack cannot be read: {fault}") from fault


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 by which facts name a pack."""
    return hashlib.sha256(content).digest()


class Adoption(Struct, frozen=True, array_like=True):
    """A pack in force: its content, and the fact that adopted it."""

    kind: PackKind
    pack: Code
    digest: bytes
    content: bytes
    by: FactRef


class Policy(Record, frozen=True, kw_only=True):
    """Who the force is and which packs are in force, the newest of each kind."""

    kind: ClassVar[Kind] = Kind.POLICY
    force: str = ""
    name: bytes = b""
    zone: str = "Europe/London"
    adopted: tuple[Adoption, ...] = ()

    def adoption(self, kind: PackKind) -> Adoption:
        """Return the pack of a kind that is in force; refuses where none was adopted."""
        for one in reversed(self.adopted):
            if one.kind is kind:
                return one
        raise Refused(f"no {kind.value} pack is adopted")

    @property
    def risk(self) -> RiskPack:
        """The risk model in force."""
        pack = read_pack(self.adoption(PackKind.RISK).content)
        assert isinstance(pack, RiskPack)
        return pack

    @property
    def grades(self) -> GradePack:
        """The grades in force."""
        pack = read_pack(self.adoption(PackKind.GRADES).content)
        assert isinstance(pack, GradePack)
        return pack

    @property
    def categories(self) -> CategoryPack:
        """The categories in force."""
        pack = read_pack(self.adoption(PackKind.CATEGORIES).content)
        assert isinstance(pack, CategoryPack)
        return pack

    @property
    def results(self) -> ResultPack:
        """The result codes in force."""
        pack = read_pack(self.adoption(PackKind.RESULTS).content)
        assert isinstance(pack, ResultPack)
        return pack


@fact("policy.established", version=1, says="Force {force} established, local time {zone}")
class Established(Fact[Policy], frozen=True):
    """The store belongs to a force; `name` is the force's public name as UTF-8."""

    force: Plain[Code]
    zone: Plain[ZoneName]
    name: Plain[bytes]

    def apply(self, policy: Policy) -> Policy:
        return replace(policy, force=self.force, zone=self.zone, name=self.name)


@fact("policy.adopted", version=1, says="Pack {pack} adopted ({kind}, source verified: {verified})")
class Adopted(Fact[Policy], frozen=True):
    """A pack came into force, whole."""

    kind: Plain[PackKind]
    pack: Plain[Code]
    verified: Plain[bool]
    digest: Plain[bytes]
    content: Plain[bytes]

    def apply(self, policy: Policy) -> Policy:
        newest = Adoption(self.kind, self.pack, self.digest, self.content, policy.here)
        return replace(policy, adopted=(*policy.adopted, newest))


@fact("policy.clock_set_back", version=1, says="The machine's clock stood {behind_ms} ms behind the last recorded fact")
class ClockSetBack(Fact[Policy], frozen=True):
    """The journal's time does not go back; when the machine's does by over a second, that is itself recorded."""

    behind_ms: Plain[int]

    def apply(self, policy: Policy) -> Policy:
        return policy
