"""A night in which whatever somebody can put into words holds one given text: what hostile words are put to.

Theory of operation. Each line is one that somebody types; `{}` is the text, `{1}` to `{6}` are its parts where a field is cut
into several. `NAME = LINE` keeps what a line began, or a proposal, under a name, which later lines use as `@NAME`, and `#NAME`
for the number of the fact in its record. `3344 |` says that the second person types it. A test holds the table of verbs
against this page: a verb that takes words and is not here is missing.

What is proposed is proposed now: a proposal of the night would have expired.

A house is a store in which such a night was lived. Two of them with different texts are alike in all else: what differs
between what is printed of them is the text.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, cycle
from pathlib import Path
from typing import Any

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fact import Entry
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import stream_text
from hueandcry.domain.staff import Grant, Register, SignOn, staff_stream
from hueandcry.operator.bootstrap import Founding, found
from hueandcry.operator.bundled import PACKS, pack_text
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.text import storable
from hueandcry.operator.verbs import carry_out
from tests.staging import Founded

NIGHT = """
partner mft nhs {}
site mft ward-12 {} / 0161 496 0112
named mft ward-12 {1} / {2} / {3}
old = named mft ward-12 {4} / {5} / {6}
forget mft #old {}
site mft ward-13 {}
unsite mft ward-13 {}
partner elm children {}
unpartner elm {}
register 5566 handler {}
fault {}
unit AB12 CENTRAL
unit CX40 CENTRAL

man = person {}
detail @man born {}
detail @man number {}
detail @man handle {}
detail @man address {}
detail @man vehicle {}
detail @man looks {}
wrong = detail @man looks {}
strike @man #wrong {}
marked = marker @man violent high pnc {}
remark @man #marked {}
other = marker @man escapes high pnc {}
unmark @man #other {}
twin = person {}
detail @twin alias {}
detail @twin number 07700 900123
double = person {}
same @double @man {}
third = person {}
same @third @man {}
apart @third @man {}

on101 = ring 101 {}
onchat = ring chat {}
ononline = ring online {}
onsocial = ring social {}
onpartner = ring partner {}
onivr = ring ivr {}
answer @on101
transfer @on101 ambulance {}
close @on101 {}
answer @onchat
triage @onchat situation past
triage @onchat threat none
triage @onchat risk low
notasked @onchat all not-relevant {}
resolve @onchat advice {}
close @onchat {}
abandon @onivr
recall @onivr voicemail {}
answer @ononline
park @ononline {}

call = ring 999 07700 900123
ringing = ring 999 {}
answer @call
silent @call nothing-heard {}
talks @call interpreter polish {}
locate @call CENTRAL {}
callerat @call aml {}
triage @call situation now {}
triage @call threat weapon {}
triage @call risk serious {}
notasked @call investigation unsafe {}
triage @call vulnerability child {}
triage @call engagement wants-police {}
looked @call person @man {}
involve @call @man suspect {}
in = open @call domestic {1}
assess @in {}
grade @in 1 {}
change @in {}
assess @in situation=now {}
w = propose grade @in 2 {}
3344 | approve @w
locate @in CENTRAL {}
callerat @call aml 53.4808,-2.2426 30 45s {}
place @in #1 {2}
involve @in @man suspect {}
involve @in @twin witness {}
uninvolve @in @twin witness {}
note @in {}
fix @in 1 {}
told @in {}
promise @in arrival 20m {}
kept @in arrival {}
promise @in call-back 20m {}
release @in call-back {}
advise @in evidence {}
interim @in high 10m {}
own @in 2211
hand @in 3344 {}
3344 | hand @in 2211 {}
asked = check @in pnc {1} / {2}
returned @in #asked found {}
up = bringup @in 30m {}
done @in #up {}
ndm @in {1} / {2} / {3} / {4} / {5}
review @in {}
question @in da-throat yes {}
level @in domestic-abuse high {}
desk @in higher {}
research @in local {}
safeguard @in remove {}
sent = refer @in mash child-protection {3} / {4}
sent @sent {}
agency @sent accepted reference {5} / {6}
outcome @sent {}
unsent = refer @in mash child-protection {5} / {6}
send @in AB12
heard AB12 {}
emergency AB12 {}
arrive @in AB12
clear AB12 {}
tag @in series
major @in {1} / {2} / {3} / {4} / {5} / {6}
tell @in fire {}
knows @in fire {}
knows @in ambulance {}
knows @in council {}
knows @in btp {}
standdown @in {}
traumatic @in
twoin = open - theft {}
tie @in @twoin series {}
threein = open - theft {}
merge @threein @twoin {}
classify @twoin violence {}
nocrime @twoin {}
fourin = open - alarm {}
assess @fourin situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police {}
grade @fourin 4 {}
result @fourin advice {}
told @fourin {}
close @fourin {}
reopen @fourin {}

ward = expedite ward-12 missing - {1} / {2} / {3}
verify @ward call-back 0161 496 0112 {}
question @ward rc-life no {}
question @ward rc-harm no {}
question @ward rc-crime no {}
question @ward rc-child no {}
question @ward rc-other yes {}
decide @ward not-police {1} / {2}
tellback @ward Jones: {}
dispute @ward Jones: {}
again @ward - {}
handback @ward Jones: {}
home = expedite ward-12 missing - {4} / {5} / {6}
form @home ph-places {}
found @home {}
"""

NOW = """
p = propose note @in {}
3344 | approve @p
q = propose note @in {}
3344 | decline @q {}
r = propose note @in {}
s = propose erase @on101 {}
t = 3344 | propose note @in {}
back 00:01 note @in {}
"""

_LINE = re.compile(r"(?:(?P<name>\w+) = )?(?:(?P<who>\d{4}) \| )?(?P<line>.+)")
PARTS = 6
Heard = Callable[[int, list[Entry]], None]
FIRST, SECOND = "2211", "3344"
AGO_NS = (
    36 * 3600 * 1_000_000_000
)  # the night was before yesterday's: no midnight while it is read gives it other names


class Said(tuple[str, ...]):
    """A text in six parts."""

    @property
    def whole(self) -> str:
        """The text."""
        return "|".join(self)

    def put(self, line: str) -> str:
        """Return a line with the text, or a part of it, where the line has room for it."""
        return re.sub(r"\{(\d?)\}", lambda one: self[int(one[1]) - 1] if one[1] else self.whole, line)

    def instead_of(self, other: "Said", text: str) -> str:
        """Return a text with this in the place of another."""
        for mine, theirs in zip(self, other, strict=True):
            text = text.replace(theirs, mine)
        return text


class Turning(Said):
    """Texts of which each field gets the next."""

    def put(self, line: str) -> str:
        """Return a line with the next text in each of its places."""
        return re.sub(r"\{\d?\}", lambda _: next(self._turn), line)

    @cached_property
    def _turn(self) -> Iterator[str]:
        return cycle(self)


PLAIN = Said(f"Word{name}" for name in ("one", "two", "three", "four", "five", "six"))


def mixed(texts: Sequence[str]) -> Said:
    """Return texts as one in six parts, each between two letters: blanks at the ends of what is typed are not kept."""
    return Said(f"A{'|'.join(texts[at::PARTS])}Z" for at in range(PARTS))


def typed() -> Iterator[tuple[str, str, str]]:
    """Yield all lines: under which name what it begins is kept, who types it, and the line without its text."""
    for line in filter(None, map(str.strip, (NIGHT + NOW).splitlines())):
        found = _LINE.fullmatch(line)
        assert found is not None, line
        yield found["name"] or "", found["who"] or FIRST, found["line"]


def live(
    said: Said, *desks: Desk, heard: Heard | None = None, dawns: Callable[[], None] | None = None
) -> dict[str, str]:
    """Type the night at the desks of two people; returns the names that were kept, each with what it stands for.

    `heard` is told of each line which it was and what was recorded, opened; `dawns` is called before what is typed now.
    """
    night = len(list(filter(None, map(str.strip, NIGHT.splitlines()))))
    by = {desk.signed.collar: desk for desk in desks}
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for number, (name, who, line) in enumerate(typed()):
        if dawns is not None and number == night:
            dawns()
        entries = carry_out(by[who], said.put(_named(line, names, numbers)))
        if name:
            names[name], numbers[name] = _begun(entries)
        if heard is not None:
            heard(number, by[who].opened(entries))
    return names


def _named(line: str, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    line = re.sub(r"@(\w+)", lambda one: names[one[1]], line)
    return re.sub(r"#(\w+)", lambda one: numbers.get(one[1], one[0]), line)


def packs_saying(said: Said) -> tuple[bytes, ...]:
    """Return the packs that come with the product, each in TOML, with a part of a text wherever they speak in words."""
    return tuple(pack_saying(name, said) for name in PACKS)


def pack_saying(name: str, said: Said) -> bytes:
    """Return one of them."""
    turn = count()
    content = re.sub(
        r'\b(ask|asks|name|says|title|source) = "[^"]*"',
        lambda one: f"{one[1]} = {_in_toml(said.put(f'{{{next(turn) % PARTS + 1}}}'))}",
        pack_text(name).decode(),
    )
    return content.encode()


def _in_toml(text: str) -> str:
    signs = (f"\\u{ord(one):04x}" if one in '"\\\x7f' or ord(one) < 0x20 else one for one in storable(text))
    return f'"{"".join(signs)}"'


class House(Founded):
    """A store in a home, in which the night was lived with a text."""

    def __init__(self, home: Path, said: Said, begun_ns: int) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.said = home, said
        self.clock = SetClock(begun_ns - AGO_NS)
        self.identity = seeded(self.clock, 1)
        founding = Founding("GMP", storable(said.put("{}")), FIRST, keys=home / "keys")
        self.room, signed = found(home / "store", founding, self.identity)
        self.log, self.board = self.room.journal, self.room.board
        self.founder = Desk(self.log, self.board, self.identity, signed)
        roles = [one for one in Role if one is not Role.WATCH]
        for role in roles:
            if role not in (Role.ADMINISTRATOR, Role.HANDLER):
                self.founder.do([Act(staff_stream(FIRST), Grant(role))])
        self.founder.do([Act(staff_stream(SECOND), Register(SECOND, None, "", tuple(roles)))])
        self.founder.do([Act(POLICY_STREAM, Adopt(packs_saying(said)))])
        self.list_places("Mill Lane")
        self.names = live(said, self.founder, self._second(), dawns=lambda: self.clock.set(begun_ns))
        self.sessions = {member.collar: one.session for member, one in self.board.sessions()}

    def _second(self) -> Desk:
        signed = Signed(SECOND, "second", "seat-2")
        arriving = Desk(self.log, self.board, self.identity, signed, arriving=True)
        arriving.do([Act(staff_stream(SECOND), SignOn(signed.session, os.getuid(), signed.seat, Place.OFFICE))])
        return Desk(self.log, self.board, self.identity, signed)


def _begun(entries: list[Entry]) -> tuple[str, str]:
    """Return what a line began: a proposal by its tail, else the record of its last fact that began one, else its first."""
    fact: Any = entries[-1].fact
    if entries[-1].name == "staff.proposed":
        return f"p{fact.tail}", ""
    begun = [one for one in entries if one.version == 1]
    of = begun[-1] if begun else entries[0]
    assert isinstance(of.stream, bytes)
    return stream_text(of.stream), str(of.version)
