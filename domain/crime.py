"""The crime-recording clock: within a day of the report a crime is recorded, or it is said why there was none.

Theory of operation. Which categories are crimes stands in the pack under which the incident was categorised. A crime is
recorded in another system; here stands the reference that it gave. The list of a day is handed to that system's keepers
and held against theirs: what was sent, and what they have.
Source: Crime Recording Rules for frontline officers (24 hours); PEEL: 80,000 unrecorded at GMP in the year to June 2020.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FLOOR, Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident
from hueandcry.domain.policy import Policy
from hueandcry.domain.reference import Code, Instant

# Facts


@fact("incident.crime_recorded", version=1, says="Crime recorded as {reference}")
class CrimeRecorded(Fact[Incident], frozen=True):
    """The crime system knows of it under a reference."""

    reference: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, crime=self.reference, no_crime=False)


@fact("incident.no_crime_found", version=1, says="No crime: {reason}")
class NoCrimeFound(Fact[Incident], frozen=True):
    """On the balance of probability there was no crime, for a reason."""

    reason: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, crime="", no_crime=True)


@fact(
    "policy.crimes_reconciled",
    version=1,
    says="Crimes from {since} to {until} held against theirs: {both} in both, {only_here} only here, {only_there} only there",
)
class CrimesReconciled(Fact[Policy], frozen=True):
    """The references of a span of time were held against those of the crime system."""

    since: Plain[Instant]
    until: Plain[Instant]
    both: Plain[int]
    only_here: Plain[int]
    only_there: Plain[int]

    def apply(self, policy: Policy) -> Policy:
        return policy


# Commands


def _known(incident: Incident) -> None:
    if incident.history or not incident.version:
        raise Refused("there is no such incident that we worked")


class RecordCrime(Command[Incident], frozen=True):
    """Record the reference that the crime system gave; allowed after the close."""

    reference: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _known(incident)
        if incident.crime == self.reference:
            raise Refused(f"it is recorded as {self.reference} already")
        return [CrimeRecorded(self.reference)]


class FindNoCrime(Command[Incident], frozen=True):
    """Say why there was no crime."""

    reason: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        _known(incident)
        if not self.reason:
            raise Refused("say what shows that there was no crime")
        if incident.crime:
            raise Refused(f"it is recorded as crime {incident.crime}: the crime system cancels that")
        return [NoCrimeFound(self.reason)]


class NoteReconciled(Command[Policy], frozen=True):
    """Record that a span's crimes were held against those of the crime system."""

    may: ClassVar[tuple[Role, ...]] = (*FLOOR, Role.AUDITOR, Role.ADMINISTRATOR)
    since: int
    until: int
    both: int
    only_here: int
    only_there: int

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        return [CrimesReconciled(self.since, self.until, self.both, self.only_here, self.only_there)]
