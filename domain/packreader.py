"""Reading a pack's text as the sort of pack it says it is, and looking whether packs fit each other.

Theory of operation. A pack reaches the domain as text and is kept by its content: reading it has no effect but time. What
is to be adopted is looked at for whatever would fail in the middle of a shift. What was adopted once is only read: a rule
for packs that came later breaks no journal in which an older one stands.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import msgspec

from hueandcry.domain.codelist import CategoryPack, ResultPack
from hueandcry.domain.fault import Refused
from hueandcry.domain.gradescheme import GradePack
from hueandcry.domain.riskmodel import RiskPack, check_risk
from hueandcry.domain.safeguardingscheme import SafeguardingPack, check_safeguarding
from hueandcry.domain.standing import StandingPack

Pack = RiskPack | GradePack | CategoryPack | ResultPack | StandingPack | SafeguardingPack
_TYPES: dict[str, type[Pack]] = {
    "risk": RiskPack,
    "grades": GradePack,
    "categories": CategoryPack,
    "results": ResultPack,
    "standing": StandingPack,
    "safeguarding": SafeguardingPack,
}


@lru_cache(maxsize=64)
def read_pack(content: bytes) -> Pack:
    """Return a pack from its TOML text; refuses, naming the place, what cannot be read as a pack of a kind we know."""
    try:
        kind = msgspec.toml.decode(content).get("kind")
        if not isinstance(kind, str) or kind not in _TYPES:
            raise Refused(f"a pack's kind is one of {', '.join(_TYPES)}, not {kind!r}")
        pack = msgspec.toml.decode(content, type=_TYPES[kind])
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Refused(f"the pack cannot be read: {fault}") from fault
    return pack


def new_pack(content: bytes) -> Pack:
    """Return a pack that is to be adopted; refuses, naming the place, what would fail in the middle of a shift."""
    pack = read_pack(content)
    if isinstance(pack, RiskPack):
        check_risk(pack)
    if isinstance(pack, SafeguardingPack):
        check_safeguarding(pack)
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
            yield "question", [one.code for one in pack.question]
            yield "advice", [one.code for one in pack.advice]
            for element in pack.element:
                yield f"element {element.code}: answer", [one.code for one in element.answer]
            for question in pack.question:
                yield f"question {question.code}: answer", list(question.offered)
        case GradePack():
            yield "grade", [one.code for one in pack.grade]
            yield "agency", [one.code for one in pack.agency]
            yield "answer", [one.channel for one in pack.answer]
        case CategoryPack():
            yield "category", [one.code for one in pack.category]
            yield "qualifier", [one.code for one in pack.qualifier]
            yield "tag", [one.code for one in pack.tag]
        case ResultPack():
            yield "result", [one.code for one in pack.result]
        case StandingPack():
            yield "question", [one.code for one in pack.question]
        case SafeguardingPack():
            yield "set", [one.code for one in pack.set]
            yield "question", [question.code for one in pack.set for question in one.question]
            yield "desk", [one.code for one in pack.desk]
            yield "agency", [one.code for one in pack.agency]
            yield "basis", [one.code for one in pack.basis]
            for one in pack.set:
                yield f"set {one.code}: level", [row.code for row in one.level]
                for question in one.question:
                    yield f"question {question.code}: answer", list(question.offered)
