"""The force's policy: who we are, and the packs that were adopted, with their content and hash.

Theory of operation. Risk model, grades and targets, categories and result codes are data: packs, TOML texts with their
source and whether that source was verified. A pack comes into force by a fact that carries its whole content, so that
an old incident is judged for ever by the pack of its day. There is one policy stream to a store.
"""

import hashlib
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.codelist import CategoryPack, ResultPack
from hueandcry.domain.fact import Fact, Local, Plain, Record, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.gradescheme import GradePack
from hueandcry.domain.pack import PackKind
from hueandcry.domain.packreader import read_pack
from hueandcry.domain.reference import Code, FactRef, Instant, Kind, ZoneName, stream_id
from hueandcry.domain.riskmodel import RiskPack
from hueandcry.domain.safeguardingscheme import SafeguardingPack
from hueandcry.domain.standing import StandingPack

POLICY_STREAM = stream_id(Kind.POLICY, 0, 0)


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 by which facts name a pack."""
    return hashlib.sha256(content).digest()


class Adoption(Struct, frozen=True, array_like=True):
    """A pack in force: its content, and the fact that adopted it."""

    kind: PackKind
    pack: Code
    digest: bytes
    content: bytes
    by: FactRef


class Agreement(Struct, frozen=True, array_like=True):
    """What is agreed with another force: the tier up to which values go, and the key that its files are known by."""

    force: Code
    tier: Code
    vkey: bytes


class Fell(Struct, frozen=True, array_like=True):
    """A standing question that counts and rang, and for which time (ns UTC)."""

    question: Code
    at: Instant


class Policy(Record, frozen=True, kw_only=True):
    """Who the force is and which packs are in force, the newest of each kind."""

    kind: ClassVar[Kind] = Kind.POLICY
    force: str = ""
    name: bytes = b""
    zone: str = "Europe/London"
    origin: bytes = b""
    skew_noted: Instant = 0
    agreements: tuple[Agreement, ...] = ()
    backups: int = 0
    key_backups: tuple[FactRef, ...] = ()
    adopted: tuple[Adoption, ...] = ()
    fallen: tuple[Fell, ...] = ()

    def adoption(self, kind: PackKind) -> Adoption:
        """Return the pack of a kind that is in force; refuses where none was adopted."""
        for one in reversed(self.adopted):
            if one.kind is kind:
                return one
        raise Refused(f"no {kind.value} pack is adopted")

    def grades_of(self, digest: bytes | None) -> GradePack:
        """Return the grades under which something was decided, by their hash; those in force where none is named."""
        for one in self.adopted:
            if one.digest == digest and one.kind is PackKind.GRADES:
                pack = read_pack(one.content)
                assert isinstance(pack, GradePack)
                return pack
        return self.grades

    def risk_of(self, digest: bytes | None) -> RiskPack:
        """Return the risk model under which something was assessed, by its hash; the one in force where none is named."""
        for one in self.adopted:
            if one.digest == digest and one.kind is PackKind.RISK:
                pack = read_pack(one.content)
                assert isinstance(pack, RiskPack)
                return pack
        return self.risk

    def categories_of(self, digest: bytes | None) -> CategoryPack:
        """Return the categories under which something was categorised; those in force where none is named."""
        for one in self.adopted:
            if one.digest == digest and one.kind is PackKind.CATEGORIES:
                pack = read_pack(one.content)
                assert isinstance(pack, CategoryPack)
                return pack
        return self.categories

    @property
    def risk(self) -> RiskPack:
        """The risk model in force."""
        pack = read_pack(self.adoption(PackKind.RISK).content)
        assert isinstance(pack, RiskPack)
        return pack

    @property
    def grades(self) -> GradePack:
        """The grades in force."""
        pack = read_pack(self.adoption(PackKind.GRADES).content)
        assert isinstance(pack, GradePack)
        return pack

    @property
    def categories(self) -> CategoryPack:
        """The categories in force."""
        pack = read_pack(self.adoption(PackKind.CATEGORIES).content)
        assert isinstance(pack, CategoryPack)
        return pack

    @property
    def results(self) -> ResultPack:
        """The result codes in force."""
        pack = read_pack(self.adoption(PackKind.RESULTS).content)
        assert isinstance(pack, ResultPack)
        return pack

    @property
    def standing(self) -> StandingPack | None:
        """The standing questions in force, None where a force adopted none."""
        found = next((one for one in reversed(self.adopted) if one.kind is PackKind.STANDING), None)
        pack = None if found is None else read_pack(found.content)
        assert pack is None or isinstance(pack, StandingPack)
        return pack

    @property
    def safeguarding(self) -> SafeguardingPack | None:
        """The safeguarding scheme in force, None where a force adopted none."""
        found = next((one for one in reversed(self.adopted) if one.kind is PackKind.SAFEGUARDING), None)
        pack = None if found is None else read_pack(found.content)
        assert pack is None or isinstance(pack, SafeguardingPack)
        return pack


@fact("policy.established", version=1, says="Force {force} established, local time {zone}")
class Established(Fact[Policy], frozen=True):
    """The store belongs to a force; `name` is the force's public name as UTF-8.

    `origin` is the name under which the store's checkpoints are signed, `vkey` the public key for that, as UTF-8.
    """

    force: Plain[Code]
    zone: Plain[ZoneName]
    name: Plain[bytes]
    origin: Plain[bytes]
    vkey: Plain[bytes]

    def apply(self, policy: Policy) -> Policy:
        return replace(policy, force=self.force, zone=self.zone, name=self.name, origin=self.origin)


@fact("policy.adopted", version=1, says="Pack {pack} adopted ({kind}, source verified: {verified})")
class Adopted(Fact[Policy], frozen=True):
    """A pack came into force, whole."""

    kind: Plain[PackKind]
    pack: Plain[Code]
    verified: Plain[bool]
    digest: Plain[bytes]
    content: Plain[bytes]

    def apply(self, policy: Policy) -> Policy:
        newest = Adoption(self.kind, self.pack, self.digest, self.content, policy.here)
        return replace(policy, adopted=(*policy.adopted, newest))


@fact("policy.clock_set_back", version=1, says="The machine's clock stood {behind_ms} ms behind the last recorded fact")
class ClockSetBack(Fact[Policy], frozen=True):
    """The journal's time does not go back; when the machine's does by over a second, that is itself recorded."""

    behind_ms: Plain[int]

    def apply(self, policy: Policy) -> Policy:
        return replace(policy, skew_noted=policy.recorded)


@fact("policy.backed_up", version=1, says="Backed up at @{size}, record keys too: {keys}; to {place} {keys_place}")
class BackedUp(Fact[Policy], frozen=True):
    """A backup was made and verified; `keys` tells whether the record keys were, to a place of their own."""

    size: Plain[int]
    root: Plain[bytes]
    keys: Plain[bool]
    place: Local[str]
    keys_place: Local[str]

    def apply(self, policy: Policy) -> Policy:
        if not self.keys:
            return replace(policy, backups=policy.backups + 1)
        return replace(policy, backups=policy.backups + 1, key_backups=(*policy.key_backups, policy.here))


@fact("policy.key_backup_begun", version=1, says="Copying the record keys to {keys_place}")
class KeyBackupBegun(Fact[Policy], frozen=True):
    """The record keys are about to be copied: whatever breaks that off, an erasure knows where to look for them."""

    keys_place: Local[str]

    def apply(self, policy: Policy) -> Policy:
        return replace(policy, key_backups=(*policy.key_backups, policy.here))


@fact("policy.key_backup_withdrawn", version=1, says="The copy of the record keys begun as {begun} was taken away")
class KeyBackupWithdrawn(Fact[Policy], frozen=True):
    """A backup broke off, and what it had copied of the record keys is not there any more."""

    begun: Plain[FactRef]

    def apply(self, policy: Policy) -> Policy:
        return replace(policy, key_backups=tuple(one for one in policy.key_backups if one != self.begun))


@fact(
    "policy.restored",
    version=1,
    says="Restored from a backup at @{size} by system user {uid}; known had been {known} facts",
)
class Restored(Fact[Policy], frozen=True):
    """The store was put back from a backup; what lay behind it, up to `known`, is not in this journal any more.

    `uid` is the system user who did it: no session names anybody in a store that was not there. `gone` are the record
    keys that were destroyed already, by erasures that this journal does not tell of.
    """

    uid: Plain[int]
    size: Plain[int]
    known: Plain[int]
    known_root: Plain[bytes]
    gone: Plain[tuple[int, ...]]

    def apply(self, policy: Policy) -> Policy:
        return policy


@fact("policy.agreed", version=1, says="Agreed with {force}: values up to {tier} may go there")
class Agreed(Fact[Policy], frozen=True):
    """An agreement with another force; `vkey` is the public key of its checkpoints and files, as UTF-8."""

    force: Plain[Code]
    tier: Plain[Code]
    vkey: Plain[bytes]

    def apply(self, policy: Policy) -> Policy:
        return replace(policy, agreements=(*policy.agreements, Agreement(self.force, self.tier, self.vkey)))
