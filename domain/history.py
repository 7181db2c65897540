"""History: contacts and incidents that another system held, with just what its rows say.

Theory of operation. What is loaded stands outside queues and timers: it was over before this room knew of it. It can be
looked at, noted on, counted and erased like everything else; nobody works it.
Source: the lessons of systems that were replaced in one night (a read-only import, and a parallel run).
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.contact import UNKNOWN, Channel, Contact, Source
from hueandcry.domain.contact import Stage as ContactStage
from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.incident import Incident
from hueandcry.domain.incident import Stage as IncidentStage
from hueandcry.domain.reference import Code, StreamId

# Facts


@fact("contact.loaded", version=1, says="Loaded from {map}: {type} ({service}) {wording}")
class ContactLoaded(Fact[Contact], frozen=True):
    """A contact that another system took; it stands outside queues and timers."""

    map: Plain[Code]
    channel: Plain[Channel]
    service: Plain[Code]
    type: Plain[Code]
    district: Plain[Code]
    incident: Plain[StreamId | None]
    wording: Sealed[str]

    def apply(self, contact: Contact) -> Contact:
        return replace(
            contact,
            stage=ContactStage.CLOSED,
            channel=self.channel,
            rang=contact.occurred,
            district=self.district,
            district_source=Source.UNKNOWN if self.district == UNKNOWN else Source.ROW,
            incident=self.incident,
            history=True,
        )


@fact("incident.loaded", version=1, says="Loaded from {map}: {category} ({service}) {wording}")
class IncidentLoaded(Fact[Incident], frozen=True):
    """An incident that another system held; it stands outside queues and timers."""

    map: Plain[Code]
    service: Plain[Code]
    category: Plain[Code]
    district: Plain[Code]
    contact: Plain[StreamId | None]
    wording: Sealed[str]

    def apply(self, incident: Incident) -> Incident:
        return replace(
            incident,
            stage=IncidentStage.CLOSED,
            category=self.category,
            opened=incident.occurred,
            summary=incident.here,
            contacts=() if self.contact is None else (self.contact,),
            place=incident.here,
            district=self.district,
            district_source=Source.UNKNOWN if self.district == UNKNOWN else Source.ROW,
            history=True,
        )


# Commands


class LoadContact(Command[Contact], frozen=True):
    """Record a contact that another system took, with just what its row says."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    loaded: ContactLoaded

    def decide(self, contact: Contact, duty: Duty) -> list[Fact[Contact]]:
        return [self.loaded] if contact.stage is ContactStage.NONE else []


class LoadIncident(Command[Incident], frozen=True):
    """Record an incident that another system held, with just what its row says."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    loaded: IncidentLoaded

    def decide(self, incident: Incident, duty: Duty) -> list[Fact[Incident]]:
        return [self.loaded] if incident.stage is IncidentStage.NONE else []
