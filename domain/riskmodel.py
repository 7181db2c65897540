"""A risk model as a pack: elements and questions with their answers, and the rules that suggest a grade.

Theory of operation. Each element is answered, or passed over with a reason. Questions lie under an element and help to
answer it (domain/questions.py). The first suggestion rule that the answers meet decides, so rules stand most urgent first.
Source: letter, area 1 (the STRIVE model); the College's question sets are not at hand, so ours are our own words.
"""

from collections.abc import Iterator

from msgspec import Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import NOT_ASKED, Answer, PackText
from hueandcry.domain.questions import UNKNOWN, Question, asks, check_questions, skipped, standing
from hueandcry.domain.reference import WrittenCode as Code


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


class RiskPack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A risk model: elements with their answers, the most serious first, reasons for not asking, and rules that suggest a grade."""

    element: tuple[Element, ...]
    not_asked: tuple[Answer, ...]
    vulnerable: dict[str, tuple[str, ...]]
    suggest: tuple[Rule, ...]
    question: tuple[Question, ...] = ()
    advice: tuple[Answer, ...] = ()

    def offered(self, code: str) -> tuple[str, ...]:
        """Return the answers that an element or a question offers; refuses what the pack does not have."""
        for one in self.element:
            if one.code == code:
                return tuple(answer.code for answer in one.answer)
        for question in self.question:
            if question.code == code:
                return question.offered
        raise Refused(f"{self.pack} has no element {code}; it has {', '.join(e.code for e in self.element)}")

    def most_serious(self, code: str, given: list[str]) -> str:
        """Return the most serious of answers to an element, which has them in that order; to a question, the first given."""
        order = [answer.code for one in self.element if one.code == code for answer in one.answer]
        ranked = [one for one in given if one in order]
        return min(ranked, key=order.index) if ranked else given[0]

    def standing(self, answers: dict[str, str]) -> dict[str, str]:
        """Return the answers that stand; a question that is not asked any more is unknown."""
        return standing(self.question, answers)

    def asks(self, answers: dict[str, str]) -> Iterator[Question]:
        """Yield the questions that are asked while these answers stand."""
        return asks(self.question, answers)

    def skipped(self, code: str, answers: dict[str, str]) -> str | None:
        """Return why a question is not asked while these answers stand, None where it is, or is no question."""
        return skipped(self.question, code, answers)

    def is_vulnerable(self, answers: dict[str, str]) -> bool:
        """Tell whether the answers name someone who is vulnerable."""
        said = self.standing(answers)
        return any(said.get(element) in codes for element, codes in self.vulnerable.items())

    def suggestion(self, answers: dict[str, str], category: str) -> Suggestion:
        """Return the grade of the first rule that the answers meet; the pack's last rule meets all."""
        unasked = {one.code: UNKNOWN for one in self.question}
        said = unasked | self.standing(answers) | {"category": category}
        for rule in self.suggest:
            if all(said.get(element) in codes for element, codes in rule.when.items()):
                met = tuple(f"{element}.{said[element]}" for element in rule.when)
                return Suggestion(rule.grade, (rule.because, *met))
        raise Refused(f"{self.pack} suggests no grade for these answers; its last rule must meet all")


def check_risk(pack: RiskPack) -> None:
    """Refuse a risk model that would fail in the middle of a shift: a rule on what nobody is asked, no last resort."""
    answers = {one.code: {NOT_ASKED, *(answer.code for answer in one.answer)} for one in pack.element}
    for one in pack.question:
        if one.of not in answers:
            raise Refused(f"{pack.pack}, question {one.code}: there is no element {one.of}")
    check_questions(pack.pack, pack.question, answers)
    answers |= {one.code: set(one.offered) for one in pack.question}
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
