"""Questions of a pack: their types, the answers on offer, and when each is asked.

Theory of operation. A question is asked while the answers that it depends on hold. One that is not asked counts as unknown,
also where it was answered before another answer took it away. Nothing waits for itself, which is looked at when a pack is to
be adopted. Questions lie under the elements of a risk model, or stand in a set of their own.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import Answer
from hueandcry.domain.reference import WrittenCode as Code

UNKNOWN, GIVEN = "unknown", "given"
YES, NO = "yes", "no"
YES_NO = (YES, NO, UNKNOWN)


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question, under an element of a risk model or in a set; it is asked while the answers hold that `when` names.

    Numbers, texts and times are given in words, which are sealed; their answer is that they were given.
    """

    code: Code
    of: Code = ""
    ask: str
    type: Literal["yes-no", "choice", "number", "text", "time", "date", "reference"]
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


def standing(questions: Sequence[Question], answers: dict[str, str]) -> dict[str, str]:
    """Return the answers that stand; a question that is not asked any more is unknown, and so is what hangs on it.

    An answer that came by itself stands: somebody who does not breathe need not have been said to be hurt.
    """
    said, gone = answers, list[str]()
    waiting = [one for one in questions if one.when]
    # No question waits for itself, so each round settles those that wait for what is settled.
    while (now := [one.code for one in waiting if not one.stands(said)]) != gone:
        said, gone = answers | dict.fromkeys(now, UNKNOWN), now
    return said


def asks(questions: Sequence[Question], answers: dict[str, str]) -> Iterator[Question]:
    """Yield the questions that are asked while these answers stand; a question without an answer is unknown."""
    said = standing(questions, answers)
    for one in questions:
        if all(said.get(code, UNKNOWN) in codes for code, codes in one.when.items()):
            yield one


def skipped(questions: Sequence[Question], code: str, answers: dict[str, str]) -> str | None:
    """Return why a question is not asked while these answers stand, None where it is, or is no question."""
    question, said = next((one for one in questions if one.code == code), None), standing(questions, answers)
    for needed, codes in question.when.items() if question is not None else ():
        if said.get(needed, UNKNOWN) not in codes:
            why = f"{code} is asked while {needed} is {' or '.join(codes)}: answer {needed} first"
            return skipped(questions, needed, answers) or why
    return None


def check_questions(pack: str, questions: Sequence[Question], elements: dict[str, set[str]]) -> None:
    """Refuse questions that nobody would be asked, or that wait for themselves; `elements` are asked beside them, with answers."""
    by_code = {one.code: one for one in questions}
    for one in questions:
        where = f"{pack}, question {one.code}"
        if one.code in elements:
            raise Refused(f"{where}: an element has that code")
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
