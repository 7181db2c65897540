"""A grading scheme as a pack: what each grade means and weighs, its times, and to whom it goes when nobody is sent.

Source: letter, area 1; the schemes of 2020 and 2022 are told in the packs themselves.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackText, Risk, Seconds
from hueandcry.domain.reference import WrittenCode as Code


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


class Agency(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agency that must be told of a major incident, and within how many seconds it should have said that it knows."""

    code: Code
    name: str
    acknowledge_within_s: Seconds = 120


class AnswerTarget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Within how many seconds whoever gets in touch through a channel is to be answered."""

    channel: Literal["999", "101", "chat", "online", "social", "partner", "ivr"]
    within_s: Seconds


class GradePack(PackText, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grades, most urgent first, when shifts change (local time), and the room's other times.

    How soon a partner's expedite is answered, a parked caller taken up, a resource at a scene heard of, a lost caller rung
    back and how often; who must be told of a major incident. How soon a channel is answered is looked at, and raises nothing.
    """

    grade: tuple[GradeRow, ...]
    expedite_answer_within_s: Seconds
    park_within_s: Seconds = 120
    safety_check_within_s: Seconds = 1200
    recall_every_s: Annotated[int, Meta(gt=0)] = 300
    recalls: Annotated[int, Meta(ge=1, le=20)] = 3
    agency: tuple[Agency, ...] = ()
    answer: tuple[AnswerTarget, ...] = ()
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
