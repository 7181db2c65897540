"""Packs: risk models, grades, categories and result codes as data, with their source and whether it was verified.

Theory of operation. A pack is a TOML text, typed here. It reaches the domain as text and is kept by its content:
parsing has no effect but time. The first suggestion rule that the answers meet decides, so rules stand most urgent first.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import WrittenCode as Code

NOT_ASKED = "not-asked"
Seconds = Annotated[int, Meta(ge=0)]
Risk = Annotated[int, Meta(ge=0, le=1_000_000)]


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


class Rung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rung of the escalation ladder: to whom an incident goes that has no resource for so many seconds."""

    to: Literal["sergeant", "inspector", "supervisor", "incident-manager"]
    unresourced_for_s: Seconds


class Order(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What items weigh in the order of a queue beside their grades, and how many minutes are added to every wait."""

    added_min: Annotated[int, Meta(ge=0)] = 10
    emergency: Risk = 2000
    contact: Risk = 50
    expedite: Risk = 200
    ungraded: Risk = 100
    vulnerable: Risk = 20


class GradeRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One grade: what it means and weighs, within how many seconds somebody should be sent and be there, and who is told.

    None where there is no such target: nobody is sent.
    """

    code: Code
    name: str
    risk: Risk = 0
    resource_within_s: Seconds | None = None
    attend_within_s: Seconds | None = None
    review_every_s: Annotated[int, Meta(gt=0)] | None = None
    escalate: tuple[Rung, ...] = ()


class GradePack(_Pack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grades, most urgent first, how soon a partner's expedite is to be answered, and when shifts change, local time."""

    grade: tuple[GradeRow, ...]
    expedite_answer_within_s: Seconds
    order: Order = Order()
    changeover: tuple[Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")], ...] = ()

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
        if not isinstance(kind, str) or kind not in _TYPES:
            raise Refused(f"a pack's kind is one of {', '.join(_TYPES)}, not {kind!r}")
        pack = msgspec.toml.decode(content, type=_TYPES[kind])
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Refused(f"the pack cannot be read: {fault}") from fault
    if isinstance(pack, RiskPack):
        _check_risk(pack)
    _check_once(pack)
    return pack


def check_together(packs: Iterable[Pack]) -> None:
    """Refuse packs that do not fit each other: a suggestion of a grade, or a rule on a category, that nobody has."""
    by_type = {type(pack): pack for pack in packs}
    risk, grades, categories = by_type.get(RiskPack), by_type.get(GradePack), by_type.get(CategoryPack)
    if not isinstance(risk, RiskPack):
        return
    for rule in risk.suggest:
        if isinstance(grades, GradePack) and rule.grade not in {row.code for row in grades.grade}:
            raise Refused(
                f"{risk.pack}, rule {rule.because}: suggests grade {rule.grade}, which {grades.pack} does not have"
            )
        if isinstance(categories, CategoryPack):
            unknown = sorted(set(rule.when.get("category", ())) - {row.code for row in categories.category})
            if unknown:
                raise Refused(
                    f"{risk.pack}, rule {rule.because}: {categories.pack} has no category {', '.join(unknown)}"
                )


def _check_once(pack: Pack) -> None:
    """Refuse a pack in which something has the code of another thing."""
    for what, codes in _codes_of(pack):
        for code in codes:
            if codes.count(code) > 1:
                raise Refused(f"{pack.pack}: {what} {code} stands twice")


def _codes_of(pack: Pack) -> Iterator[tuple[str, list[str]]]:
    match pack:
        case RiskPack():
            yield "element", [one.code for one in pack.element]
            yield "rule", [one.because for one in pack.suggest]
            for element in pack.element:
                yield f"element {element.code}: answer", [one.code for one in element.answer]
        case GradePack():
            yield "grade", [one.code for one in pack.grade]
        case CategoryPack():
            yield "category", [one.code for one in pack.category]
        case ResultPack():
            yield "result", [one.code for one in pack.result]


def _check_risk(pack: RiskPack) -> None:
    """Refuse a risk model that would fail in the middle of a shift: a rule on what nobody is asked, no last resort."""
    answers = {one.code: {NOT_ASKED, *(answer.code for answer in one.answer)} for one in pack.element}
    for where, when in (
        ("vulnerable", pack.vulnerable),
        *((f"rule {rule.because}", rule.when) for rule in pack.suggest),
    ):
        for element, codes in when.items():
            if element == "category" and where != "vulnerable":
                continue
            unknown = [code for code in codes if code not in answers.get(element, ())]
            if element not in answers or unknown:
                raise Refused(f"{pack.pack}, {where}: nobody can answer {element} with {', '.join(unknown or codes)}")
    if not pack.suggest or pack.suggest[-1].when:
        raise Refused(f"{pack.pack}: the last rule must meet all answers, with nothing under 'when'")
    for at, rule in enumerate(pack.suggest):
        before = next((one for one in pack.suggest[:at] if _meets_all_of(one, rule)), None)
        if before is not None:
            raise Refused(f"{pack.pack}, rule {rule.because}: can never decide, for {before.because} stands before it")


def _meets_all_of(wider: Rule, rule: Rule) -> bool:
    """Tell whether whatever meets a rule meets the wider one, too."""
    return all(element in rule.when and set(rule.when[element]) <= set(codes) for element, codes in wider.when.items())
