"""Two records of one person: merged so that each warning is seen on both, and parted again where they were two people.

Theory of operation. One nominal points to the other, whose page and search then show both. Nothing is copied, so that parting
them gives each back what was theirs; both histories stay. Source: letter, area 2; markers on duplicates are missed.
"""

from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty
from hueandcry.domain.fact import Fact, Plain, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.nominal import Nominal, known
from hueandcry.domain.reference import StreamId

# Facts


@fact("nominal.merged", version=1, says="The same person as {into} {reason}")
class NominalMerged(Fact[Nominal], frozen=True):
    """Another nominal is the same person; this one points to it."""

    into: Plain[StreamId]
    reason: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        return replace(nominal, merged_into=self.into)


@fact("nominal.absorbed", version=1, says="{merged} is the same person")
class NominalAbsorbed(Fact[Nominal], frozen=True):
    """This nominal stands for another one, too."""

    merged: Plain[StreamId]

    def apply(self, nominal: Nominal) -> Nominal:
        return replace(nominal, absorbed=(*nominal.absorbed, self.merged))


@fact("nominal.parted", version=1, says="Not the same person as {other}: {reason}")
class NominalParted(Fact[Nominal], frozen=True):
    """Two nominals that were merged are two people after all; each has what was theirs."""

    other: Plain[StreamId]
    reason: Sealed[str]

    def apply(self, nominal: Nominal) -> Nominal:
        left = tuple(one for one in nominal.absorbed if one != self.other)
        into = None if nominal.merged_into == self.other else nominal.merged_into
        return replace(nominal, absorbed=left, merged_into=into, parted=(*nominal.parted, self.other))


# Commands


class MergeNominal(Command[Nominal], frozen=True):
    """Say that another nominal is the same person; `stands` tells whether that one stands for itself."""

    into: bytes
    stands: bool
    reason: str

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        known(nominal)
        if self.into == nominal.id:
            raise Refused("a person is the same as themselves without anybody saying so")
        if nominal.merged_into is not None:
            raise Refused("this one is the same as another already: part them first ('apart')")
        if not self.stands:
            raise Refused("the other one is the same as a third: name that one")
        if nominal.absorbed:
            raise Refused("this one stands for others: merge the other into it")
        if not self.reason:
            raise Refused("say what shows that they are one person")
        return [NominalMerged(self.into, self.reason)]


class AbsorbNominal(Command[Nominal], frozen=True):
    """Stand for another nominal that is the same person."""

    merged: bytes

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        known(nominal)
        return [NominalAbsorbed(self.merged)]


class PartNominal(Command[Nominal], frozen=True):
    """Say that two merged nominals are two people."""

    other: bytes
    reason: str

    def decide(self, nominal: Nominal, duty: Duty) -> list[Fact[Nominal]]:
        known(nominal)
        if self.other != nominal.merged_into and self.other not in nominal.absorbed:
            raise Refused("these two were not merged")
        if not self.reason:
            raise Refused("say what shows that they are two people")
        return [NominalParted(self.other, self.reason)]
