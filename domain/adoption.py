"""Commands on the policy: who the force is, which packs come into force, that the clock stood back, backups made and restored."""

from typing import ClassVar

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.idle import check_standing
from hueandcry.domain.pack import PackKind
from hueandcry.domain.packreader import check_together, new_pack, read_pack
from hueandcry.domain.policy import (
    Adopted,
    BackedUp,
    ClockSetBack,
    Established,
    KeyBackupBegun,
    KeyBackupWithdrawn,
    Policy,
    Restored,
    digest_of,
)
from hueandcry.domain.reference import FactRef
from hueandcry.domain.standing import StandingPack


class Establish(Command[Policy], frozen=True):
    """Say whose store this is; once."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    force: str
    zone: str
    name: str
    origin: str = ""
    vkey: str = ""

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        if policy.force:
            raise Refused(f"this store belongs to {policy.force} already")
        return [Established(self.force, self.zone, self.name.encode(), self.origin.encode(), self.vkey.encode())]


class Adopt(Command[Policy], frozen=True):
    """Bring packs into force, all in one moment.

    Refuses what cannot be read, what is in force already, and packs that would not fit each other or those in force.
    """

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR,)
    contents: tuple[bytes, ...]

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        now = {one.kind: read_pack(one.content) for one in policy.adopted}
        given: list[Fact[Policy]] = []
        for content in self.contents:
            pack = new_pack(content)
            digest, kind = digest_of(content), PackKind(pack.kind)
            if _in_force(policy, kind, digest):
                raise Refused(f"{pack.pack} is in force already")
            if isinstance(pack, StandingPack):
                check_standing(pack)
            now[kind] = pack
            given.append(Adopted(kind, pack.pack, pack.verified == "yes", digest, content))
        check_together(now.values())
        return given


def _in_force(policy: Policy, kind: PackKind, digest: bytes) -> bool:
    return any(one.kind is kind for one in policy.adopted) and policy.adoption(kind).digest == digest


class NoteSkew(Command[Policy], frozen=True):
    """Record that the machine's clock stood behind the journal; once for each moment that it is behind of."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    behind_ms: int
    recorded: int

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        return [ClockSetBack(self.behind_ms)] if self.recorded > policy.skew_noted else []


class NoteBackup(Command[Policy], frozen=True):
    """Record that a backup was made and verified."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR, Role.WATCH)
    size: int
    root: bytes
    place: str
    keys_place: str

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        return [BackedUp(self.size, self.root, bool(self.keys_place), self.place, self.keys_place)]


class BeginKeyBackup(Command[Policy], frozen=True):
    """Say where the record keys are about to be copied to, before a byte of them is there."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR, Role.WATCH)
    keys_place: str

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        return [KeyBackupBegun(self.keys_place)]


class WithdrawKeyBackup(Command[Policy], frozen=True):
    """Say that a copy of the record keys that was begun is not there any more."""

    may: ClassVar[tuple[Role, ...]] = (Role.ADMINISTRATOR, Role.WATCH)
    begun: FactRef

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        return [KeyBackupWithdrawn(self.begun)] if self.begun in policy.key_backups else []


class NoteRestore(Command[Policy], frozen=True):
    """Record that the store was put back, which state of it had been known, and which record keys were gone already."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)
    uid: int
    size: int
    known: int
    known_root: bytes
    gone: tuple[int, ...] = ()

    def decide(self, policy: Policy, duty: Duty) -> list[Fact[Policy]]:
        return [Restored(self.uid, self.size, self.known, self.known_root, self.gone)]
