"""A risk model as a pack: elements and questions with their answers, and the rules that suggest a grade.

Theory of operation. Each element is answered, or passed over with a reason. Questions lie under an element and help to
answer it; one that is not asked counts as unknown, also where it was answered before another answer took it away. A
question is asked while the answers that it depends on hold. The first suggestion rule that the answers meet decides, so
rules stand most urgent first.
Source: letter, area 1 (the STRIVE model); the College's question sets are not at hand, so ours are our own words.
"""

from collections.abc import Iterator
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

    def stands(self, answers: dict[str, str]) -> bool:
        """Tell whether an answer to the question stands: none that was given to what it depends on takes it away."""
        return all(code not in answers or answers[code] in codes for code, codes in self.when.items())


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
        """Return the answers that stand; a question that is not asked any more is unknown, and so is what hangs on it.

        An answer that came by itself stands: somebody who does not breathe need not have been said to be hurt.
        """
        said, gone = answers, list[str]()
        waiting = [one for one in self.question if one.when]
        # No question waits for itself, so each round settles those that wait for what is settled.
        while (now := [one.code for one in waiting if not one.stands(said)]) != gone:
            said, gone = answers | dict.fromkeys(now, UNKNOWN), now
        return said

    def asks(self, answers: dict[str, str]) -> Iterator[Question]:
        """Yield the questions that are asked while these answers stand; a question without an answer is unknown."""
        said = self.standing(answers)
        for one in self.question:
            if all(said.get(code, UNKNOWN) in codes for code, codes in one.when.items()):
                yield one

    def skipped(self, code: str, answers: dict[str, str]) -> str | None:
        """Return why a question is not asked while these answers stand, None where it is, or is no question."""
        question, said = next((one for one in self.question if one.code == code), None), self.standing(answers)
        for needed, codes in question.when.items() if question is not None else ():
            if said.get(needed, UNKNOWN) not in codes:
                why = f"{code} is asked while {needed} is {' or '.join(codes)}: answer {needed} first"
                return self.skipped(needed, answers) or why
        return None

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
    _check_questions(pack, answers)
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


def _check_questions(pack: RiskPack, elements: dict[str, set[str]]) -> None:
    """Refuse a question that nobody would be asked, or that waits for itself."""
    by_code = {one.code: one for one in pack.question}
    for one in pack.question:
        where = f"{pack.pack}, question {one.code}"
        if one.code in elements:
            raise Refused(f"{where}: an element has that code")
        if one.of not in elements:
            raise Refused(f"{where}: there is no element {one.of}")
        if (one.type == "choice") is not bool(one.answer):
            raise Refused(f"{where}: a choice has answers, and nothing else has")
        for needed, codes in one.when.items():
            known = elements.get(needed) or set(by_code[needed].offered if needed in by_code else ())
            unknown = [code for code in codes if code not in known]
            if unknown or not codes or not known:
                raise Refused(
                    f"{where}: can never be asked, for nobody answers {needed} with {', '.join(unknown or codes)}"
                )
        _check_circle(one, by_code, where, (one.code,))
        _needed(one, by_code, where, {})


def _check_circle(one: Question, by_code: dict[str, Question], where: str, path: tuple[str, ...]) -> None:
    """Refuse a question that waits for itself."""
    for needed in one.when:
        if needed in path:
            raise Refused(f"{where}: waits for itself, through {', '.join((*path[1:], needed))}")
        if needed in by_code:
            _check_circle(by_code[needed], by_code, where, (*path, needed))


def _needed(one: Question, by_code: dict[str, Question], where: str, so_far: dict[str, set[str]]) -> None:
    """Walk what a question waits for; refuses answers that cannot be given together.

    What may be unknown need not have been asked, so nothing is needed for that.
    """
    for needed, codes in one.when.items():
        so_far[needed] = so_far.get(needed, set(codes)) & set(codes)
        if not so_far[needed]:
            raise Refused(f"{where}: can never be asked, for {needed} would have to be answered in two ways")
        if needed in by_code and UNKNOWN not in so_far[needed]:
            _needed(by_code[needed], by_code, where, so_far)
