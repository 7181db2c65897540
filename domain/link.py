"""How incidents have to do with each other: tied, tagged, merged into one with every caller kept, and reopened.

Theory of operation. Two incidents that are about the same are merged: the one is closed as merged, the other takes its
callers over as witnesses of its own, and its risk is assessed anew. Both histories stay as they were. A closed incident is
reopened with a reason, and then its risk is assessed anew, too; a merged one stands for itself again.
Source: letter, area 1; LAS 1992 (call-backs multiplied the load, and nothing found duplicates).
"""

from enum import Enum
from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.incident import Incident, Stage, live, needed_again, nobody_on_it, reassess, untold
from hueandcry.domain.pack import PackKind
from hueandcry.domain.particulars import Tie
from hueandcry.domain.reference import Code, StreamId
from hueandcry.domain.worked import word_kept


class How(Enum):
    """How two incidents have to do with each other."""

    SAME_PLACE = "same-place"
    SAME_PEOPLE = "same-people"
    FOLLOWS = "follows"
    SERIES = "series"
    OTHER = "other"


# Facts


@fact("incident.tied", version=1, says="Has to do with {to} ({how}): {words}")
class Tied(Fact[Incident], frozen=True):
    """Another incident has to do with this one."""

    to: Plain[StreamId]
    how: Plain[How]
    words: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        others = tuple(one for one in incident.ties if one.to != self.to)
        return replace(incident, ties=(*others, Tie(self.to, self.how.value)))


@fact("incident.tagged", version=1, says="Tagged {tag}")
class Tagged(Fact[Incident], frozen=True):
    """The incident is one of those under a tag."""

    tag: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, tags=(*incident.tags, self.tag))


@fact("incident.untagged", version=1, says="Not tagged {tag} any more")
class Untagged(Fact[Incident], frozen=True):
    """The incident is not one of those any more."""

    tag: Plain[Code]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, tags=tuple(one for one in incident.tags if one != self.tag))


@fact("incident.merged", version=1, says="Merged into {into}: {reason}")
class Merged(Fact[Incident], frozen=True):
    """It is about the same as another incident, which is worked for both."""

    into: Plain[StreamId]
    reason: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(incident, stage=Stage.CLOSED, result="", merged_into=self.into, put_off=None, **nobody_on_it())


@fact("incident.absorbed", version=1, says="{merged} is about the same; its callers are witnesses here: {contacts}")
class Absorbed(Fact[Incident], frozen=True):
    """Another incident was merged into this one, with its callers; the assessment reopens."""

    merged: Plain[StreamId]
    domestic: Plain[bool]
    vulnerable: Plain[bool]
    contacts: Plain[tuple[StreamId, ...]]

    def apply(self, incident: Incident) -> Incident:
        new = tuple(one for one in self.contacts if one not in incident.contacts)
        return replace(
            incident,
            absorbed=(*(one for one in incident.absorbed if one != self.merged), self.merged),
            contacts=(*incident.contacts, *new),
            domestic=incident.domestic or self.domestic,
            vulnerable=incident.vulnerable or self.vulnerable,
            vulnerable_from=incident.vulnerable_from or (incident.occurred if self.vulnerable else 0),
            **(untold(incident) if new else {}),
            **needed_again(incident),
        ).updated()


@fact("incident.reopened", version=1, says="Reopened: {reason}")
class Reopened(Fact[Incident], frozen=True):
    """A closed incident is worked again; the assessment reopens, and its clock begins anew."""

    reason: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            stage=Stage.GRADED if incident.grade else Stage.OPENED,
            result="",
            holder="",
            attended=False,
            merged_into=None,
            clock_from=incident.occurred,
            needed_from=incident.occurred,
            **untold(incident),
            **reassess(incident),
        )


# Commands


class TieTo(Command[Incident], frozen=True):
    """Say that another incident has to do with this one."""

    to: bytes
    how: How
    words: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if not incident.version:
            raise Refused("there is no such incident")
        if self.to == incident.id:
            raise Refused("an incident has to do with itself without anybody saying so")
        if Tie(self.to, self.how.value) in incident.ties:
            return []
        return [Tied(self.to, self.how, self.words)]


class Tag(Command[Incident], frozen=True):
    """Put an incident under a tag of the pack, or take it from under it where it is."""

    under: ClassVar[PackKind | None] = PackKind.CATEGORIES
    tag: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if self.tag in incident.tags:
            return [Untagged(self.tag)]
        known = [one.code for one in duty.policy.categories.tag]
        if self.tag not in known:
            raise Refused(f"{duty.policy.categories.pack} has no tag {self.tag}; it has {', '.join(known) or 'none'}")
        return [Tagged(self.tag)]


class Merge(Command[Incident], frozen=True):
    """Close an incident as being about the same as another; whether that one is open, and a crime, is told."""

    under: ClassVar[PackKind | None] = PackKind.CATEGORIES
    into: bytes
    to_open: bool
    to_crime: bool
    reason: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        if self.into == incident.id:
            raise Refused("an incident is not merged into itself")
        if not self.to_open:
            raise Refused("the other incident is closed: reopen it first, or merge the other way round")
        if incident.resources:
            raise Refused(f"{', '.join(incident.resources)} is on this one: merge the other into it, or clear it first")
        if incident.major is not None and not incident.major.stood_down:
            raise Refused("this one is a major incident: merge the other into it")
        if incident.crime_undecided(duty.policy) and not self.to_crime:
            raise Refused(
                f"{incident.category} is a crime, and the other is none: say so of the other, or decide it here"
            )
        word_kept(incident)
        return [Merged(self.into, self.reason)]


class Absorb(Command[Incident], frozen=True):
    """Take over what was merged into this incident, with its callers."""

    merged: bytes
    domestic: bool
    vulnerable: bool
    contacts: tuple[bytes, ...]

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        live(incident)
        return [Absorbed(self.merged, self.domestic, self.vulnerable, self.contacts)]


class Reopen(Command[Incident], frozen=True):
    """Work a closed incident again."""

    reason: str

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        if incident.history:
            raise Refused("this incident was loaded as history; history is not worked")
        if incident.stage is Stage.NONE:
            raise Refused("there is no such incident")
        if incident.stage is not Stage.CLOSED:
            raise Refused("the incident is open")
        if not self.reason:
            raise Refused("say why it is reopened")
        return [Reopened(self.reason)]
