"""A risk model as a pack: elements and questions with their answers, and the rules that suggest a grade.

Theory of operation. Each element is answered, or passed over with a reason. Questions lie under an element and help to
answer it; one that is not asked counts as unknown. A question is asked while the answers that it depends on hold. The
first suggestion rule that the answers meet decides, so rules stand most urgent first.
Source: letter, area 1 (the STRIVE model); the College's question sets are not at hand, so ours are our own words.
"""

from typing import Literal

from msgspec import Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import NOT_ASKED, Answer, PackText
from hueandcry.domain.reference import WrittenCode as Code

UNKNOWN, GIVEN = "unknown", "given"
YES_NO = ("yes", "no", UNKNOWN)


class Element(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One element of a risk model: the letter people know it by, what to ask, and the answers on offer."""

    code: Code
    letter: str
    name: str
    ask: str
    answer: tuple[Answer, ...]


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question under an element; `when` names the answers, of elements or other questions, while which it is asked.

    Numbers, texts and times are given in words, which are sealed; their answer is that they were given.
    """

    code: Code
    of: Code
    ask: str
    type: Literal["yes-no", "choice", "number", "text", "time"]
    answer: tuple[Answer, ...] = ()
    when: dict[str, tuple[str, ...]] = {}

    @property
    def offered(self) -> tuple[str, ...]:
        """The codes that the question can be answered with."""
        if self.type == "yes-no":
            return YES_NO
        if self.type == "choice":
            return (*(one.code for one in self.answer), UNKNOWN)
        return (GIVEN, UNKNOWN)


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Suggests a grade when every named element (or the category) has one of the named answers."""

    grade: Code
    because: Code
    when: dict[str, tuple[str, ...]]


class Suggestion(Struct, frozen=True):
    """The grade that the answers suggest, and the grounds: the rule's name and the answers that met it."""

    grade: Code
    grounds: tuple[Code, ...]


class RiskPack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


def check_risk(pack: RiskPack) -> None:
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
