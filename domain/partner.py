"""A partner that asks for help on somebody's behalf: its sites with their numbers, its named people, its shared phrase.

Theory of operation. One stream for each partner, which follows from its code. A site's numbers are an organisation's and stand
open, so that a ringing number finds its site with the seals closed; a person's own name, role and number are sealed. A shared
phrase is kept as salt and hash, never as said. Whoever is not registered may ask all the same: that is taken, and flagged.
Source: letter, area 1: functionality for calls to be expedited by key partners, the NHS and children's care homes.
"""

import hashlib
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from hueandcry.domain.duty import Command, Duty, Role
from hueandcry.domain.fact import Fact, Local, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.reference import Code, FactRef, Kind, PublicName, stream_id

_MAY = (Role.VULNERABILITY, Role.SUPERVISOR, Role.ADMINISTRATOR)


class Site(Struct, frozen=True, array_like=True):
    """A place of a partner: a ward, a home; its numbers in E.164 without the plus."""

    site: Code
    numbers: tuple[Code, ...]
    name: bytes = b""


class Named(Struct, frozen=True, array_like=True):
    """Somebody who may ask for a site: the number of the fact that names them."""

    number: int
    site: Code


class Partner(Record, frozen=True, kw_only=True):
    """What is known of a partner; `people` are those who may ask for its sites."""

    kind: ClassVar[Kind] = Kind.PARTNER
    partner: str = ""
    name: bytes = b""
    sort: str = ""
    sites: tuple[Site, ...] = ()
    people: tuple[Named, ...] = ()
    phrase: FactRef | None = None
    ended: bool = False

    def names(self, number: int) -> bool:
        """Tell whether a fact names somebody who may ask now."""
        return any(one.number == number for one in self.people)

    @property
    def open(self) -> bool:
        """Whether it may ask; what is known of its people is erased once it may not."""
        return bool(self.partner) and not self.ended

    def site(self, code: str) -> Site | None:
        """Return a site by its code, None where the partner has none of that name."""
        return next((one for one in self.sites if one.site.lower() == code.lower()), None)


def partner_stream(partner: str) -> bytes:
    """Return the stream of a partner, which follows from its code."""
    digest = hashlib.sha256(b"partner " + partner.lower().encode()).digest()
    return stream_id(Kind.PARTNER, 0, int.from_bytes(digest[:9], "big"))


# Facts


@fact("partner.registered", version=1, says="Partner {partner} ({sort}): {name}")
class PartnerRegistered(Fact[Partner], frozen=True):
    """An organisation may ask on somebody's behalf; `name` is its public name as UTF-8."""

    partner: Plain[Code]
    sort: Plain[Code]
    name: Plain[PublicName]

    def apply(self, partner: Partner) -> Partner:
        return replace(partner, partner=self.partner, name=self.name, sort=self.sort, ended=False)


@fact("partner.site_listed", version=1, says="Site {site}, numbers {numbers}: {name}")
class SiteListed(Fact[Partner], frozen=True):
    """A site of the partner, new or with other numbers; `name` is its public name as UTF-8."""

    site: Plain[Code]
    numbers: Plain[tuple[Code, ...]]
    name: Plain[PublicName]

    def apply(self, partner: Partner) -> Partner:
        others = tuple(one for one in partner.sites if one.site != self.site)
        return replace(partner, sites=(*others, Site(self.site, self.numbers, self.name)))


@fact("partner.site_ended", version=1, says="Site {site} is no more: {reason}")
class SiteEnded(Fact[Partner], frozen=True):
    """The site does not ask any more, and nobody for it."""

    site: Plain[Code]
    reason: Sealed[str]

    def apply(self, partner: Partner) -> Partner:
        return replace(
            partner,
            sites=tuple(one for one in partner.sites if one.site != self.site),
            people=tuple(one for one in partner.people if one.site != self.site),
        )


@fact("partner.person_named", version=1, says="Of {site}: {name}, {role}, {number}")
class PersonNamed(Fact[Partner], frozen=True):
    """Somebody there who may ask and is told; `number` is their own, in E.164 where it is one."""

    site: Plain[Code]
    name: Sealed[str]
    role: Sealed[str]
    number: Sealed[str]

    def apply(self, partner: Partner) -> Partner:
        return replace(partner, people=(*partner.people, Named(partner.version, self.site)))


@fact("partner.person_gone", version=1, says="Person {number} does not ask for it any more: {reason}")
class PersonGone(Fact[Partner], frozen=True):
    """A named person is not there any more; `number` is that of the fact that named them."""

    number: Plain[int]
    reason: Sealed[str]

    def apply(self, partner: Partner) -> Partner:
        return replace(partner, people=tuple(one for one in partner.people if one.number != self.number))


@fact("partner.phrase_set", version=1, says="Shared phrase set")
class PhraseSet(Fact[Partner], frozen=True):
    """A phrase can be checked against `verifier`, salt and scrypt hash; it never leaves the force."""

    verifier: Local[bytes]

    def apply(self, partner: Partner) -> Partner:
        return replace(partner, phrase=partner.here)


@fact("partner.ended", version=1, says="Partner no more: {reason}")
class PartnerEnded(Fact[Partner], frozen=True):
    """The organisation is no partner any more; what it asked stays."""

    reason: Sealed[str]

    def apply(self, partner: Partner) -> Partner:
        return replace(partner, ended=True, sites=(), people=(), phrase=None)


# Commands


def _registered(partner: Partner) -> None:
    if not partner.partner or partner.ended:
        raise Refused("no such partner is registered: register it with 'partner'")


class RegisterPartner(Command[Partner], frozen=True):
    """Register an organisation that may ask on somebody's behalf; refused where its code is `taken`, and by whom."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    partner: str
    sort: str
    name: str
    taken: str = ""

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        if self.taken:
            raise Refused(self.taken)
        if partner.partner and not partner.ended:
            raise Refused(f"{partner.partner} is registered already")
        return [PartnerRegistered(self.partner, self.sort, self.name.encode())]


class ListSite(Command[Partner], frozen=True):
    """List a site with its numbers, or list it anew with others; refused where a code or a number is `taken`, and by whom."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    site: str
    numbers: tuple[str, ...]
    name: str
    taken: str = ""

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        _registered(partner)
        if self.taken:
            raise Refused(self.taken)
        listed = partner.site(self.site)
        name = self.name.encode() or (listed.name if listed is not None else b"")
        if listed is not None and (listed.numbers, listed.name) == (self.numbers, name):
            raise Refused(f"{self.site} is listed with this name and these numbers already")
        return [SiteListed(self.site, self.numbers, name)]


class EndSite(Command[Partner], frozen=True):
    """Take a site off; needs a reason."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    site: str
    reason: str

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        _registered(partner)
        if partner.site(self.site) is None:
            raise Refused(f"{partner.partner} has no site {self.site}")
        if not self.reason:
            raise Refused("say why the site is taken off")
        return [SiteEnded(self.site, self.reason)]


class NamePerson(Command[Partner], frozen=True):
    """Name somebody at a site who may ask, with their role and own number."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    site: str
    name: str
    role: str
    number: str

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        _registered(partner)
        if partner.site(self.site) is None:
            raise Refused(f"{partner.partner} has no site {self.site}")
        if not self.name:
            raise Refused("say who it is: name, role and number, parted by ' / '")
        return [PersonNamed(self.site, self.name, self.role, self.number)]


class ForgetPerson(Command[Partner], frozen=True):
    """Say that a named person is not there any more; needs a reason."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    number: int
    reason: str

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        if not partner.names(self.number):
            raise Refused(f"fact {self.number} names nobody there now")
        if not self.reason:
            raise Refused("say why they are not named any more")
        return [PersonGone(self.number, self.reason)]


class SetPhrase(Command[Partner], frozen=True):
    """Set the phrase that callers of the partner are verified by; the desk has made salt and hash of it."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    verifier: bytes

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        _registered(partner)
        return [PhraseSet(self.verifier)]


class EndPartner(Command[Partner], frozen=True):
    """Take a partner off, with its sites, people and phrase; needs a reason."""

    may: ClassVar[tuple[Role, ...]] = _MAY
    reason: str

    def decide(self, partner: Partner, duty: Duty) -> list[Fact[Partner]]:
        _registered(partner)
        if not self.reason:
            raise Refused("say why it is no partner any more")
        return [PartnerEnded(self.reason)]
