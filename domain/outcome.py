"""How an incident ends: its result, what the caller was told, and the close.

Theory of operation. A cancellation has a reason, a current assessment, and a second person's look where someone is
vulnerable or it is domestic. Whoever is not sent anybody is told so before the close. What happens after the result
takes it back. Source: IOPC 2023, a caller who was never told that nobody would come.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.deployment import StoodDown
from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, current_assessment, live, nobody_on_it
from hueandcry.domain.pack import PackKind
from hueandcry.domain.promise import kept
from hueandcry.domain.reference import Code, FactRef
from hueandcry.domain.worked import Promising, word_kept

# Facts


@fact("incident.caller_told", version=1, says="Caller told that nobody will come: {words}")
class CallerTold(Fact[Incident], frozen=True):
    """The caller knows that nobody will attend."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, told=True)


@fact("incident.resulted", version=1, says="Result {result}: {words}")
class Resulted(Fact[Incident], frozen=True):
    """How it ended; `approval` names the second person's approval where it was cancelled and someone is vulnerable."""

    result: Plain[Code]
    attended: Plain[bool]
    approval: Plain[FactRef | None]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.RESULTED, result=self.result, attended=incident.attended or self.attended)


@fact("incident.closed", version=1, says="Incident closed {words}")
class Closed(Fact[Incident], frozen=True):
    """Nothing more is to be done."""

    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.CLOSED, put_off=None, **nobody_on_it())


# Commands


class TellCaller(Command[Incident], frozen=True):
    """Record that the caller was told that nobody will come, and by what words."""

    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if not self.words:
            raise Refused("say what the caller was told")
        if duty.afterwards and duty.now < incident.untold_from:
            raise Refused("somebody got in touch, or it was reopened, after that: they are still to be told")
        return [CallerTold(self.words), *kept(incident, Promising.TELL_CALLER, duty)]


class Result(Command[Incident], frozen=True):
    """Say how it ended."""

    under: ClassVar[PackKind | None] = PackKind.RESULTS
    result: str
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        row = duty.policy.results.row(self.result)
        if incident.stage is Stage.RESULTED:
            raise Refused(f"the incident is resulted as {incident.result} already")
        if not incident.grade:
            raise Refused("the incident is not graded: grade it first")
        if row.attended and not incident.attended:
            since = " since it is worked again" if incident.needed_from > incident.opened else ""
            raise Refused(
                f"nobody was at the scene{since}: record who arrived ('arrive'), or choose a result for what was not attended"
            )
        if row.cancels and not self.words:
            raise Refused("a cancellation needs a reason")
        if row.cancels:
            current_assessment(incident)
        if row.cancels and incident.careful and duty.approval is None:
            raise Refused(
                "a cancellation needs a second look where someone is vulnerable or it is domestic: "
                "put 'propose' before the line, and have another person approve it",
                second_look=True,
            )
        return [Resulted(self.result, row.attended, duty.approval if row.cancels else None, self.words)]


class Close(Command[Incident], frozen=True):
    """Close the incident. Source: IOPC 2023, a caller who was never told that nobody would come."""

    under: ClassVar[PackKind | None] = PackKind.RISK
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        current_assessment(incident)
        if incident.stage is not Stage.RESULTED:
            raise Refused("the incident has no result: result it first")
        if incident.contacts and not incident.attended and not incident.told:
            raise Refused("nobody attended and the caller was not told: tell the caller first ('told')")
        if incident.crime_undecided(duty.policy):
            raise Refused(
                f"{incident.category} is a crime: record its reference ('crime'), or say why there was none ('nocrime')"
            )
        if incident.major is not None and not incident.major.stood_down:
            raise Refused("it is a declared major incident: stand it down first ('standdown')")
        word_kept(incident)
        return [Closed(self.words), *(StoodDown(one, "it is closed") for one in incident.resources)]
