"""The board that the product shows is the one that somebody else reads out of the same journal.

Theory of operation. A room works through a night by chance: whoever has a desk types lines about whatever is open, and
what the rules refuse is refused. At random positions and times `hue board --json` must list just what the fold of
tests/journeys/independent_fold.py, which shares no code with the product, makes of the lines of `hue journal --json`.
"""

import ast
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent

from hueandcry.domain.adoption import Adopt
from hueandcry.domain.duty import Place, Role
from hueandcry.domain.fault import Refused
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, kind_of, stream_text
from hueandcry.domain.staff import Register, SignOn, staff_stream
from hueandcry.domain.worked import Worked
from hueandcry.operator import erasing
from hueandcry.operator.bootstrap import Founding, found, pack_text
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import SetClock, seeded
from hueandcry.operator.intake.loader import Loader
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store.records import WORKED
from tests.journeys import independent_fold
from tests.journeys.independent_fold import IndependentBoard, Line, instant, lines_of, upto
from tests.proof.counts import PROOF, SEED, chance, count
from tests.proof.table import Told, tell

ROOT = Path(__file__).parents[2]
FACTS = 3000 if PROOF else 1500  # from 2000 on the board keeps a checkpoint
POSITIONS, TIMES = 200, 40  # as proof; ten positions and two times otherwise
ZONE = "America/St_Johns"  # half an hour off, so that a local day begins where no other does
EVENING = 1_798_759_800_000_000_000  # 2026-12-31 20:00 there, in ns UTC
STEP_MAX_S = 30
CHANNELS = ("999", "101", "chat", "online", "social", "partner")
CATEGORIES = ("domestic", "violence", "theft", "missing", "road")
ANSWERS = {
    "situation": ("now", "just-over", "past"),
    "threat": ("weapon", "present", "none"),
    "risk": ("life", "serious", "some", "low"),
    "investigation": ("perishing", "some", "none"),
    "vulnerability": ("child", "adult", "none"),
    "engagement": ("wants-police", "wants-advice"),
}
AGENCIES = ("fire", "ambulance", "council", "btp")
MUST_OCCUR = {
    "contact.abandoned",
    "contact.led_to_expedite",
    "contact.partner_known",
    "expedite.contacted",
    "expedite.disputed",
    "expedite.escalated",
    "expedite.not_matched",
    "expedite.verified",
    "incident.desk_reviewed",
    "partner.ended",
    "partner.registered",
    "partner.site_ended",
    "partner.site_listed",
    "record.form_begun",
    "record.level_given",
    "record.question_answered",
    "record.referred",
    "record.researched",
    "record.safeguarded",
    "referral.accepted",
    "referral.declined",
    "referral.ended",
    "referral.late",
    "referral.made",
    "referral.received",
    "referral.sent",
    "contact.caller_located",
    "contact.parked",
    "contact.recall_late",
    "contact.recall_tried",
    "contact.taken_up",
    "incident.absorbed",
    "incident.agency_acknowledged",
    "incident.classified",
    "incident.crime_recorded",
    "incident.interim_risk_set",
    "incident.major_declared",
    "incident.major_stood_down",
    "incident.merged",
    "incident.no_crime_found",
    "incident.reopened",
    "incident.stood_down",
    "incident.update_seen",
    "record.advised",
    "record.alerts_brought_back",
    "record.alerts_put_off",
    "record.bring_up_done",
    "record.bring_up_set",
    "record.check_returned",
    "record.handed_over",
    "record.promise_broken",
    "record.promise_kept",
    "record.question_rang",
    "record.ring_heeded",
    "resource.emergency_called",
    "resource.heard_of",
    "resource.status_given",
    "resource.unheard_of",
    "contact.linked",
    "contact.loaded",
    "expedite.asked",
    "expedite.closed",
    "expedite.decided",
    "expedite.unanswered",
    "incident.closed",
    "incident.contacted",
    "incident.loaded",
    "incident.owned",
    "incident.regraded",
    "incident.resulted",
    "incident.target_missed",
    "policy.adopted",
    "record.erased",
    "record.erasure_completed",
    "staff.approved",
    "staff.declined",
    "staff.proposed",
}


class Night:
    """A room that works by chance; every line goes through the grammar and a desk."""

    def __init__(self, path: Path, random: Random) -> None:
        self._random, self._clock = random, SetClock(EVENING)
        founding = Founding("RNC", "A force at sea", "1001", zone=ZONE, keys=path.with_name("keys"))
        self.room, signed = found(path, founding, seeded(self._clock, random.randrange(1 << 30)))
        self._founder = Desk(self.room.journal, self.room.board, self.room.identity, signed)
        roles = (Role.HANDLER, Role.DISPATCHER, Role.VULNERABILITY)
        self._desks = [
            self._seated("2211", *roles),
            self._seated("2214", *roles),
            self._seated("5501", Role.SUPERVISOR),  # who works incidents, and stands a major one down
        ]
        self._watch = Watch(self.room)
        self._loaded = 0

    def _seated(self, collar: str, *roles: Role) -> Desk:
        me, signed = staff_stream(collar), Signed(collar, f"session-{collar}", f"T-{collar}")
        self._founder.do([Act(me, Register(collar, None, "", roles))])
        room = self.room
        arriving = Desk(room.journal, room.board, room.identity, signed, arriving=True)
        arriving.do([Act(me, SignOn(signed.session, 0, signed.seat, Place.HOME))])
        return Desk(room.journal, room.board, room.identity, signed)

    def work(self, facts: int) -> None:
        """Work until so many facts stand; halfway another pack of grades comes into force."""
        while self.room.journal.tip().size < facts // 2:
            self._step()
        shorter = pack_text("grades-2020").replace(b"14400", b"7200").replace(b"within_s = 900", b"within_s = 600")
        self._founder.do([Act(POLICY_STREAM, Adopt((shorter,)))])
        while self.room.journal.tip().size < facts:
            self._step()

    def _step(self) -> None:
        self._clock.set(self._clock.now_ns + self._random.randrange(STEP_MAX_S * 10**9))
        what: Callable[[], None] = self._random.choices(
            (self._line, self._course, self._tick, self._history, self._another_application, self._erasure),
            (60, 10, 6, 1, 1, 1),
        )[0]
        with contextlib.suppress(Refused, Misread):  # by chance; what is refused writes nothing
            what()

    def _course(self) -> None:
        """Somebody sees something through as far as the rules let them; what takes a while waits meanwhile."""
        desk, pick = self._random.choice(self._desks), self._random.choice
        contact, incident, expedite = (self._one(desk, kind) for kind in (Kind.CONTACT, Kind.INCIDENT, Kind.EXPEDITE))
        answers = " ".join(f"{element}={pick(of)}" for element, of in ANSWERS.items())
        ended = (f"nocrime {incident} nothing was taken", f"told {incident} no", f"result {incident} advice")
        courses = (
            (f"assess {incident} {answers}", f"grade {incident} 4 so", *ended, f"close {incident}"),
            (
                f"verify {expedite} not-verified",
                f"decide {expedite} accept now",
                f"tellback {expedite} X",
                f"close {expedite}",
            ),
            (f"answer {contact}", f"park {contact} a 999 rings", f"answer {contact}", f"park {contact}"),
            (
                f"major {incident} quay / fire / smoke / north gate / none / fire",
                *(f"knows {incident} {agency} the duty officer" for agency in AGENCIES[: pick((1, 4, 4))]),
                f"standdown {incident} it is out",
            ),
            *self._courses_of_partners(contact, expedite),
        )
        for line in pick(courses):
            self._clock.set(self._clock.now_ns + self._random.randrange(STEP_MAX_S * 10**9))
            with contextlib.suppress(Refused, Misread):
                carry_out(desk, line)

    def _courses_of_partners(self, contact: str, expedite: str) -> tuple[tuple[str, ...], ...]:
        """Return what is seen through with partners and agencies."""
        referral, said = self._named(Kind.REFERRAL), self._random.choice(("accepted", "declined"))
        return (
            (
                f"sent {referral} mail",
                f"agency {referral} received message X / y",
                f"agency {referral} {said} our-word X / y",
            ),
            (f"verify {expedite} not-verified", f"decide {expedite} hold now", f"dispute {expedite} X: he is ill"),
            (f"answer {contact}", f"expedite ward-1 walkout {contact} a patient left", f"close {contact}"),
            ("partner mft nhs Hospitals", *(f"site mft ward-{one} Ward / 0161 496 000{one}" for one in (1, 2))),
        )

    def _named(self, kind: Kind) -> str:
        return self._one(self._desks[0], kind)

    def _line(self) -> None:
        desk = self._random.choice(self._desks)
        desk.board.catch_up()
        lines = self._random.choices((self._lines, self._more_lines, self._of_safeguarding), (3, 2, 1))[0]
        carry_out(desk, self._random.choice(lines(desk)))

    def _tick(self) -> None:
        self._watch.tick()

    def _history(self) -> None:
        self._loaded += 1
        row = [
            f"2026-{self._random.choice(('12-30', '12-31'))} 07:{self._loaded % 60:02d}:00",
            "EMS",
            "FALL VICTIM",
            "EAST",
        ]
        Loader(self.room.folder, self._founder, "montgomery").load_rows(iter([row]))

    def _another_application(self) -> None:
        event = StoredEvent(UUID(int=self._random.getrandbits(128), version=4), 1, "bank:Account.Opened", b"{}")
        self.room.journal.insert_events([event])

    def _erasure(self) -> None:
        """Two people erase a record that is closed, and every other time that is carried out."""
        board = self.room.board
        board.catch_up()
        worked = {record.id for record in board.open()}
        streams = [one for one in self.room.journal.begun() if kind_of(one) in WORKED and one not in worked]
        if streams:
            carry_out(
                self._desks[-1], f"propose erase {stream_text(self._random.choice(streams))} MoPI review 2026/114"
            )
            carry_out(self._founder, f"approve {self._proposal(self._founder)}")
        for stream in list(board.erasing) if self._random.randrange(2) else ():
            erasing.carry_out(self.room, stream)

    def _lines(self, desk: Desk) -> list[str]:
        """Return what might be typed now, sensible or not."""
        named = {kind: self._one(desk, kind) for kind in (Kind.CONTACT, Kind.INCIDENT, Kind.EXPEDITE)}
        contact, incident, expedite = named.values()
        pick = self._random.choice
        answers = " ".join(f"{element}={pick(of)}" for element, of in ANSWERS.items())
        element = pick(tuple(ANSWERS))
        regrade = f"grade {incident} {pick('12345')} because"
        return [
            f"ring {pick(CHANNELS)} 07700 900123",
            *(f"answer {contact}",) * 3,
            f"locate {pick((contact, incident))} {pick(('EAST', 'WEST'))} by the quay",
            f"triage {contact} {element} {pick(ANSWERS[element])}",
            f"notasked {contact} {element} unsafe",
            *(f"open {pick((contact, expedite, '-'))} {pick(CATEGORIES)} something",) * 2,
            *(f"link {contact} {incident}",) * 2,
            f"transfer {contact} harbour not ours",
            f"abandon {contact}",
            f"close {contact} rang back",
            *(f"assess {incident} {answers}",) * 3,
            *(regrade,) * 4,
            *(f"propose {regrade}",) * 2,
            *(f"approve {self._proposal(desk)}",) * 3,
            f"decline {self._proposal(desk)} not yet",
            f"own {incident} {pick(('2211', '2214', '5501'))}",
            f"change {incident} something else",
            *(f"send {incident} AB12",) * 2,
            f"arrive {incident}",
            f"note {pick((contact, incident, expedite))} words",
            f"fix {incident} 1 other words",
            f"told {incident} nobody comes",
            f"result {incident} {pick(('attended', 'crime', 'advice'))} words",
            *(f"close {incident}",) * 2,
            f"expedite ward-{pick('123')} walkout {pick((contact, '-'))} a patient left",
            *(f"verify {expedite} call-back",) * 2,
            *(f"decide {expedite} {pick(('accept', 'hold', 'not-police'))} words",) * 2,
            *(f"tellback {expedite} the sister",) * 2,
            f"close {expedite}",
        ]

    def _more_lines(self, desk: Desk) -> list[str]:
        """Return lines of handing over, of who waits, of crews, and of incidents that have to do with each other."""
        pick = self._random.choice
        contact, incident, expedite = (self._one(desk, kind) for kind in (Kind.CONTACT, Kind.INCIDENT, Kind.EXPEDITE))
        item, other = pick((contact, incident, expedite)), self._one(desk, Kind.INCIDENT)
        crew, number = pick(("AB12", "CD34")), pick(range(1, 20))
        records = [one for one in desk.board.open() if isinstance(one, Worked)]
        checks = [f"{stream_text(one.id)} {each.number}" for one in records for each in one.checks]
        ups = [f"{stream_text(one.id)} {each.number}" for one in records for each in one.reminders]
        lost = [stream_text(one.id) for one in records if one.queue == "recall"]
        someone = pick(("2211", "2214", "5501", "handler", "dispatcher", "vulnerability"))
        return [
            f"hand {item} {someone} words",
            f"handrest {pick(('2211', '5501', 'dispatcher'))}",
            *(f"seen {incident}",) * 2,
            f"interim {incident} {pick(('low', 'high'))} {pick(('2m', '20m'))} he may come back",
            f"advise {item} evidence",
            f"park {contact}",
            *(f"recall {pick(lost or ['none'])} {reached}" for reached in ("no-answer", "voicemail", "spoke")),
            f"notasked {contact} all line-lost",
            f"callerat {contact} aml {pick(('53.48,-2.24', '153.48,-2.24'))} 30 45s",
            f"promise {item} {pick(('update', 'call-back'))} {pick(('2m', '30m'))}",
            *(f"{pick(('kept', 'release'))} {item} {pick(('update', 'call-back'))} words",) * 4,
            f"check {item} pnc AB12 CDE / seen there",
            f"returned {pick(checks or ['none 1'])} found",
            f"bringup {item} {pick(('2m', '1h'))}",
            f"done {pick(ups or ['none 1'])}",
            *(f"putoff {item} {pick(('2m', '40m', '1h'))} somebody sees to it",) * 3,
            f"propose putoff {incident} 40m somebody sees to it",
            f"bringback {item}",
            *(f"ack {item} seen to",) * 2,
            f"unit {crew} EAST",
            f"enroute {crew}",
            f"arrive {incident} {crew}",
            *(f"arrive {incident} {crew}",) * 2,
            pick((f"clear {crew}", f"heard {crew}")),
            f"emergency {crew} shouting",
            *(f"merge {incident} {other} the same",) * 4,
            *(f"reopen {self._closed()} he is back",) * 2,
            f"classify {incident} {pick(CATEGORIES)} it was found out",
            *(pick((f"crime {incident} 06EE.{number}-26", f"nocrime {incident} nothing was taken")),) * 3,
            *(f"close {incident}",) * 2,
        ]

    def _of_safeguarding(self, desk: Desk) -> list[str]:
        """Return lines of the vulnerability desk, of question sets, referrals and partners."""
        pick, incident, expedite = self._random.choice, self._one(desk, Kind.INCIDENT), self._one(desk, Kind.EXPEDITE)
        item, referral = pick((incident, expedite)), self._one(desk, Kind.REFERRAL)
        contact = self._one(desk, Kind.CONTACT)
        return [
            *(f"desk {incident} {pick(('as-assessed', 'higher', 'lower'))} two calls last month",) * 3,
            *(f"question {incident} {pick(('da-throat', 'da-kill', 'mp-child'))} {pick(('yes', 'no'))}",) * 2,
            f"question {expedite} {pick(('rc-life', 'rc-harm', 'rq-name'))} {pick(('yes', 'no', 'Ann'))}",
            f"level {item} {pick(('domestic-abuse', 'missing-person'))} high so",
            f"research {item} local nothing",
            f"safeguard {item} reduce her sister comes",
            f"form {item} {pick(('ph-places', 'he-work'))} the bus station",
            f"found {item} came back",
            *(f"refer {item} {pick(('mash', 'ambulance'))} consent she asks for help",) * 2,
            f"sent {referral} mail",
            f"agency {referral} {pick(('received', 'accepted', 'declined'))} message Jane Hill / her mail",
            f"outcome {referral} visited",
            *(f"ring {pick(CHANNELS)} 0161 496 0001",) * 3,
            f"site mft {pick(('ward-1', 'ward-2'))} Ward / 0161 496 000{pick('123')}",
            f"unsite mft {pick(('ward-1', 'ward-2'))} moved",
            "unpartner mft merged",
            "partner mft nhs anew",
            *(f"verify {expedite} {pick(('call-back 0161 496 0001', 'call-back 0161 496 7777', 'number'))}",) * 3,
            f"dispute {expedite} X: he is on insulin",
            *(f"again {expedite} {pick((contact, '-'))} he has taken tablets",) * 2,
            f"handback {expedite} X: on the ward",
            f"ack {expedite} reading it",
        ]

    def _closed(self) -> str:
        open_now = {record.id for record in self.room.board.open()}
        streams = [one for one in self.room.journal.begun() if kind_of(one) is Kind.INCIDENT and one not in open_now]
        return stream_text(self._random.choice(streams)) if streams else "none"

    def _one(self, desk: Desk, kind: Kind) -> str:
        streams = [one.id for one in desk.board.open() if one.kind is kind]
        return stream_text(self._random.choice(streams)) if streams else "none"

    def _proposal(self, desk: Desk) -> str:
        waiting = [one.tail for member in desk.board.staff.values() for one in member.proposals]
        return f"p{waiting[-1]}" if waiting else "none"


def hue(store: Path, *words: str) -> str:
    """Run the command in a process of its own and return what it printed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / ".typed"), "HUE_STORE": str(store)}
    command = [sys.executable, "-m", "hueandcry.operator.cli", *words]
    told = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (told.returncode, told.stderr) == (0, ""), told.stderr
    return told.stdout


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("night") / "store"
    played = Night(path, chance("a night"))
    played.work(FACTS)
    played.room.close()
    return path


@pytest.fixture(scope="module")
def lines(night: Path) -> list[Line]:
    return lines_of(hue(night, "journal", "--json"))


def shown(store: Path, at: str) -> tuple[list[Line], int, int]:
    """Return the board's items in order of stream, the position, and the moment (ns UTC)."""
    document: dict[str, Any] = json.loads(hue(store, "board", "--json", "--at", at))
    items = [
        {
            **one,
            "since": instant(one["since"]),
            **{name: instant(one[name]) if one[name] else None for name in ("due", "desk_due", "put_off_until")},
        }
        for one in document["items"]
    ]
    return sorted(items, key=lambda one: str(one["stream"])), document["position"], instant(document["at"])


def last_moment(lines: list[Line]) -> int:
    return next(instant(line["recorded"]) for line in reversed(lines) if line["recorded"])


def test_the_night_holds_what_makes_a_board_hard_to_read(lines: list[Line]) -> None:
    names = {line["name"] for line in lines}
    assert names >= MUST_OCCUR, sorted(MUST_OCCUR - names)
    assert [line["position"] for line in lines] == list(range(1, len(lines) + 1))
    items = IndependentBoard().read(lines).items(last_moment(lines))
    assert len({item["queue"] for item in items}) > 5
    assert any(" of 31/12/2026" in item["ref"] for item in items)
    assert {item["overdue"] for item in items} == {True, False}
    assert any(item["unread"] for item in items)
    assert any(item["alerts"] for item in items)


@pytest.mark.proof
def test_the_board_at_a_position_is_the_one_that_an_independent_fold_reads(night: Path, lines: list[Line]) -> None:
    """Ten random positions; as proof 200. The letter asks that a decision can be looked at as it was."""
    random, began = chance("positions"), time.monotonic()
    wanted = random.sample(range(1, len(lines) + 1), count(POSITIONS) - 1)
    compared = 0
    for position in (*wanted, len(lines)):
        before = list(upto(lines, position=position))
        items, at, now = shown(night, f"@{position}")
        assert (at, now) == (position, last_moment(before))
        assert items == IndependentBoard().read(before).items(now), f"seed {SEED}, @{position}"
        compared += len(items)
    outcome = f"{compared:,} items the same, none other"
    tell(Told("boards at a position, read independently", len(wanted) + 1, outcome, time.monotonic() - began))
    assert compared > len(wanted)


@pytest.mark.proof
def test_the_board_at_a_time_is_the_one_that_an_independent_fold_reads(night: Path, lines: list[Line]) -> None:
    """Two random times; as proof 40. A time between two facts is not the moment of either: timers go on."""
    random, began = chance("times"), time.monotonic()
    first, last = instant(lines[0]["recorded"]), last_moment(lines)
    compared = 0
    for _ in range(count(TIMES)):
        moment = random.randrange(first, last + 3600 * 10**9) // 10**9
        text = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(moment))}Z"
        before = list(upto(lines, moment=moment * 10**9))
        items, at, now = shown(night, text)
        assert (at, now) == (before[-1]["position"], moment * 10**9)
        assert items == IndependentBoard().read(before).items(now), f"seed {SEED}, {text}"
        compared += len(items)
    outcome = f"{compared:,} items the same, none other"
    tell(Told("boards at a time, read independently", count(TIMES), outcome, time.monotonic() - began))
    assert compared


def test_the_independent_fold_shares_no_code_with_the_product() -> None:
    tree = ast.parse(Path(independent_fold.__file__).read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {module.split(".")[0] for module in modules} <= set(sys.stdlib_module_names)
