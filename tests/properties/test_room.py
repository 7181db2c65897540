"""Whatever people type, in whatever order and at whatever desks, the rules of the work hold after every line.

Theory of operation. A hypothesis machine works a room: handlers, a dispatcher, a supervisor and the vulnerability desk
type lines of the grammar; time passes, the watch looks, people sign off and on, a second board on the same journal cuts
in between reading and writing, and lines are carried out long after they were read. A line may be refused or misread,
and then nothing may have been written. After each step every new fact is held against the ledger (tests/properties/ledger.py):
an account of its own, kept from the recorded facts alone and from none of the product's properties. Then the board is held
against the ledger, and against boards folded anew. The last test sees to it that the machine comes to every fact and every
verb.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hueandcry.domain import (
    contact,
    deployment,
    dispute,
    episode,
    erasure,
    escalation,
    expedite,
    grading,
    handover,
    history,
    incident,
    major,
    promise,
    putoff,
    recall,
    referral,
    reminder,
    resource,
    ringing,
    welfare,
)
from hueandcry.domain.asking import ask
from hueandcry.domain.duty import FLOOR, Place, Role
from hueandcry.domain.fact import REGISTRY, Entry, fold
from hueandcry.domain.fault import Refused
from hueandcry.domain.particulars import Target
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.domain.reference import Kind, stream_text
from hueandcry.domain.staff import SignOn, Staff, staff_stream
from hueandcry.operator.desk import THE_WATCH, Act, Desk, Signed
from hueandcry.operator.grammar import Line
from hueandcry.operator.identity import SetClock
from hueandcry.operator.listening import Listener
from hueandcry.operator.partnering import set_phrase
from hueandcry.operator.reference import Misread
from hueandcry.operator.verbs import READER, VERBS, carry_out
from hueandcry.store.erasure import keys_of
from hueandcry.store.moment import last_changeover
from hueandcry.store.records import blank
from hueandcry.store.sealed import Door, Viewer
from hueandcry.store.views import Board
from tests.proof.counts import PROOF, SEED
from tests.proof.table import Told, tell
from tests.properties.cares import ASKED_AFTER
from tests.properties.ledger import AGENCIES, Ledger
from tests.staging import MONDAY, RacingLog, S, Stage

settings.register_profile(
    "room",
    max_examples=25,
    stateful_step_count=30,
    derandomize=True,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile(
    "room at full count",
    settings.get_profile("room"),
    max_examples=1000,
    stateful_step_count=50,
    derandomize=False,
    print_blob=True,
)
PROFILE = settings.get_profile("room at full count" if PROOF else "room")

STAFF = {
    "2001": (Role.HANDLER,),
    "3001": (Role.DISPATCHER,),
    "4001": (Role.VULNERABILITY,),
    "5001": (Role.SUPERVISOR, Role.DISPATCHER, Role.SERGEANT),
}
RIVAL = "2002"
NOT_OF_THE_FLOOR = {  # done by commands of their own, not by a line
    "access.read",
    "access.searched",
    "access.shown",
    "foreign.disclosed",
    "foreign.received",
    "review.begun",
    "review.compared",
    "review.judged",
    "policy.agreed",
    "policy.backed_up",
    "policy.key_backup_begun",
    "policy.key_backup_withdrawn",
    "policy.crimes_reconciled",
    "policy.restored",
    "record.exported",
    "staff.passphrase_set",
}


# The machine


RINGS = tuple(f"ring {channel} 07700900123" for channel in ("999", "101", "chat", "online", "social", "partner", "ivr"))
ANSWERS = "situation=now threat={threat} risk=serious investigation=some vulnerability={v} engagement=wants-police"
QUIET = ANSWERS.format(threat="none", v="none")
CHILD = ANSWERS.format(threat="weapon", v="child")
CALLS = (
    "answer {c}",
    "abandon {c}",
    "triage {c} threat weapon a kitchen knife",
    "triage {c} vulnerability child",
    "notasked {c} engagement unsafe",
    "note {c} she is whispering",
    "locate {c} CENTRAL 12 Mill Lane, back door",
    "fix {c} 1 the number ends in 4",
    "transfer {c} ambulance chest pain, no police matter",
    "resolve {c} advice told where to report it",
    "close {c}",
    "close {c} rung back, nobody there",
    "park {c} a 999 is ringing",
    "park {c}",
    "triage {c} hurt yes her arm",
    "triage {c} breathing no",
    "triage {c} age 14",
    "notasked {c} all line-lost",
    "recall {c} no-answer",
    "recall {c} voicemail left a message",
    "recall {c} spoke it was her pocket",
    "silent {c} press-55-asked",
    "silent {c} pressed-55",
    "operator {c} on",
    "operator {c} off",
    "talks {c} interpreter polish",
    "callerat {c} aml 53.4808,-2.2426 30 45s",
    "callerat {c} cell somewhere in the woods",
    "place {c} #3 flat 2",
    "next",
)
HANDS = (
    "hand {x} 2001 her sister rings at ten",
    "hand {x} 3001",
    "hand {c} handler",
    "hand {i} dispatcher",
    "hand {e} vulnerability",
    "handrest 3001",
    "handrest 2001",
    "handrest dispatcher",
    "seen {i}",
    "own {i}",
    "own {i} 2001",
    "note {i} she rang her sister",
)
OPENINGS = (
    "open {c} domestic man with a knife",
    "open {c} theft bicycle",
    "open - welfare",
    "open {e} missing patient left the ward",
)
LINKS = ("link {c} {i}", "link {e} {i}")
INCIDENTS = (
    "note {x} neighbour heard shouting",
    "fix {x} 2 number 21, not 12",
    "fix {x} 99 there is no such fact",
    "locate {i} NORTH 21 Mill Lane",
    "change {i} he is back and shouting",
    "own {i}",
    "own {i} 3001",
    "send {i} AB12",
    "send {i} AB12",
    "send {i} CD34",
    "arrive {i}",
    "arrive {i} CD34",
    "interim {i} high 10m he said he would be back",
    "interim {i} low 2h his mother has the key",
    "advise {x} evidence not to wash",
    "advise {x} weather",
    "check {x} pnc AB12 CDE / seen leaving the scene",
    "check {x} local 12 Mill Lane",
    "returned {check} found wanted on warrant",
    "returned {check} nothing",
    "bringup {x} 10m has her sister rung",
    "bringup {x} 2h",
    "done {bringup} she has",
    "ndm {x} armed / to life / section 17 / waiting, too long / entry",
    "ndm {x} armed",
    "fault the map shows the wrong district",
    "place {i} 7 Mill Lane",
    "place {i} Mill",
)
CREWS = (
    "unit AB12 CENTRAL taser.pursuit",
    "unit EF56 NORTH",
    "status AB12 refreshments",
    "status AB12 available",
    "status AB12 off",
    "status EF56 committed",
    "enroute AB12",
    "heard AB12 all in order",
    "emergency AB12 open microphone, shouting",
    "clear AB12",
    "clear CD34 back at the station",
    "send {i} EF56",
    "send {j} AB12",
    "arrive {i} AB12",
)
TIES = (
    "tie {i} {j} same-people the silver car again",
    "tie {i} {i} series",
    "tag {i} series",
    "tag {i} series",
    "tag {i} flooding",
    "merge {i} {j} same crush",
    "merge {j} {i}",
    "reopen {i} he is back",
    "reopen {j} not the same after all",
    "classify {i} violence alcohol weapon he cut her arm",
    "classify {i} welfare nobody took anything",
    "classify {i} domestic",
    "crime {i} 06EE.114-26",
    "nocrime {i} the bicycle was lent",
)
SILENCES = (
    "putoff {i} 10m she is on the phone",
    "putoff {i} 1h the sergeant knows",
    "putoff {i} 61m for the night",
    "putoff {x} 20m somebody sees to it",
    "putoff {c} 5m his mother rings back",
    "propose putoff {i} 40m both know of it",
    "approve {p}",
    "bringback {x}",
    "bringback {i}",
    "bell off",
    "bell 1",
    "bell 3",
    "bell 9",
)
MAJOR = (
    "major {i} gate 4 / crush / crowd still coming / Bell Street / about 40 / ambulance there",
    "major {i} gate 4",
    *(f"tell {{i}} {agency} by the talk group" for agency in AGENCIES),
    *(f"knows {{i}} {agency} the duty officer" for agency in AGENCIES),
    "standdown {i} all casualties away",
)
AFTERWARDS = (
    "back 20m note {x} she was rung back by radio telephone",
    "back 1h change {i} he was seen again",
    "back 5m send {i} AB12",
    "back 30m open - welfare",
    "back 40m locate {i} NORTH 2 Mill Lane",
    "back 10m own {i} 3001",
    "back 10m off",
    "back 20m desk {i} as-assessed she was rung",
    "back 5m desk {i} lower he is in custody",
    "back 25m level {i} missing-person high a child",
    "back 10m safeguard {i} remove to her sister",
    "back 30m sent {r} by hand",
    "back 20m agency {r} received our-word Jane Hill / by telephone",
    "back 40m dispute {e} Sister Jones: he is on insulin",
    "back 15m again {e} - he rang the ward",
    "back 2h found {e} at her aunt's",
)
RISKS = (
    f"assess {{i}} {QUIET} he has left",
    f"assess {{i}} {CHILD}",
    "assess {i} threat=none vulnerability=unsafe she is with her sister",
    "assess {i}",
    "grade {i} 1 knife seen",
    "grade {i} 2 near",
    "grade {i} 3 he left",
    "grade {i} 5",
    "g4 {i} an appointment will do",
)
ENDS = (
    "told {i} rang back, will not attend",
    "result {i} attended arrest made",
    "result {i} advice",
    "result {i} cancelled caller rang again, all is well",
    "result {i} cancelled",
    "result {i} duplicate same as another",
    "nocrime {i} nothing was taken",
    "close {i}",
    "close {i} done",
)
PROMISES = (
    "promise {i} arrival 20m told her twenty minutes",
    "promise {i} call-back 1h",
    "promise {c} update 2h by text",
    "promise {e} tell-partner 10m",
    "promise {i} tell-caller 14:30",
    "kept {i} call-back spoke to her sister",
    "kept {c} update",
    "kept {e} tell-partner",
    "release {i} arrival she is at the station herself",
    "release {i} call-back",
    "pass {i} call-back 3001",
)
RUNGS = (
    "ack {i}",
    "ack {i} 4455",
    "ack {i} 4455 told by radio",
    "review {i} rang back, nothing new",
    "cover CENTRAL supervisor",
    "cover CENTRAL supervisor 5001",
    "cover NORTH sergeant",
    "ack {x} seen to",
)
PARTNERS = (
    "expedite mri-ward-12 walkout - Sister Jones / 0161 496 0000 / left without medication",
    "expedite home-7 missing {c} child of nine not back",
    "verify {e} call-back switchboard put me through",
    "verify {e} not-verified",
    "decide {e} accept real and immediate risk",
    "decide {e} hold more is needed",
    "tellback {e} Sister Jones: we are looking",
    "note {e} rang the ward",
    "fix {e} 1 ward 21",
    "close {e} done",
    "expedite ward-9 awol {c} Sister Jones / 0161 276 1234 / left by the back door",
    "verify {e} number",
    "verify {e} phrase blue heron at dawn",
    "verify {e} call-back 0161 276 1234 the sister",
    "verify {e} call-back 0161 496 7777 somebody",
    "decide {e} not-police the ward searches / none under section 136",
    "decide {e} not-police the ward searches",
    "dispute {e} Sister Jones: he is on insulin",
    "dispute {e} Sister Jones",
    "again {e} - he has rung his mother",
    "again {e} {c} he has taken tablets",
    "handback {e} Sister Jones: on the ward at 16:20",
    "handback {e} : nobody",
    "ack {e} reading it",
)
FIRMS = (
    "partner mft nhs Manchester hospitals",
    "partner home-7 children Elm House",
    "site mft mri-ward-12 Ward 12 / 0161 276 1234",
    "site mft ward-9 Ward 9 / 0161 276 1234 / 0161 276 1235",
    "site mft ward-9 Ward 9 / none",
    "site home-7 elm Elm House / 0161 225 0001",
    "unsite mft mri-ward-12 the ward moved",
    "named mft mri-ward-12 A. Jones / ward sister / 07700 900456",
    "named home-7 elm Kay",
    "forget mft 3 has left",
    "forget mft 4 has left",
    "unpartner mft the trust was merged",
    "unpartner home-7 closed",
    "ring partner 0161 276 1234",
    "ring 999 0161 276 1234",
    "ring 101 0161 276 1235",
)
QUESTIONS = (
    "question {i} da-throat yes twice this week",
    *(f"question {{i}} da-{one} no" for one in ("throat", "kill", "weapon", "afraid")),
    "question {i} da-afraid yes",
    "question {i} da-of-what his brother",
    "question {i} mp-child yes",
    "question {x} mp-self no",
    *(f"question {{e}} rc-{one} no" for one in ("life", "harm", "crime", "child")),
    "question {e} rc-other yes",
    "question {e} rc-which the crisis team",
    "question {e} rc-life yes",
    "question {e} rc-other unknown",
    "question {e} rq-photo ../../etc/shadow",
    "question {e} rq-born 12/3/1984",
    "question {e} rq-born last spring",
    "question {i} ph-name Ann",
    "level {i} domestic-abuse high",
    "level {i} domestic-abuse standard",
    "level {i} domestic-abuse medium she says that it got worse",
    "level {e} right-care not-met",
    "level {e} right-care met",
    "level {x} missing-person medium",
    "level {x} missing-person high a child of nine",
)
VULNERABLE = (
    "desk {i} as-assessed nothing new",
    "desk {i} as-assessed nothing new",
    "desk {i} higher two calls last month",
    "desk {i} lower he is in custody",
    "desk {i} higher",
    "research {x} local {n} bail until Friday",
    "research {i} pnd",
    "safeguard {x} remove her sister takes her in tonight",
    "safeguard {i} reduce a panic alarm",
    "safeguard {i} accept",
)
REFERRED = (
    "refer {x} mash child-protection two children saw it / asking would put her at risk",
    "refer {i} ambulance consent she agreed to it",
    "refer {e} mental-health vital-interests he speaks of the bridge",
    "refer {i} marac legal-duty three calls in a month / she fears him",
    "sent {r} secure mail to the hub",
    "sent {r}",
    "agency {r} received reference Jane Hill / CS-20417",
    "agency {r} accepted message Jane Hill / CS-20418",
    "agency {r} declined our-word Jane Hill / not theirs",
    "agency {r} accepted our-word Jane Hill",
    "outcome {r} strategy meeting held",
    "outcome {r}",
    "hand {r} 4001",
    "hand {r} vulnerability",
    "promise {r} update 1h",
    "kept {r} update",
    "note {r} rang the hub",
)
FORMS = (
    "form {i} ph-places the bus station by the canal",
    "form {i} ph-born 12/3/2014",
    "form {e} ph-name Ann, called Midge",
    "form {e} ph-photo ../../etc/passwd",
    "form {e} he-name Ada Lovelace, answers to Ada",
    "form {c} ph-name somebody else altogether",
    "found {i} back at 23:10, unhurt",
    "found {e} with her aunt",
    "found {e}",
)
SECOND_LOOKS = (
    "propose grade {i} 4 he has been arrested",
    "propose grade {i} 5 advice will do",
    "propose result {i} cancelled caller is safe",
    "propose close {i} done",
    "propose note {x} for the record",
    "approve {p}",
    "approve {p}",
    "approve {p}",
    "decline {p} he is still in the house",
)
ERASURES = ("erase {x} MoPI review 2026/114", "propose erase {x} MoPI review 2026/114")
OF_RECORDS_BESIDE = ("propose erase {o} MoPI review 2026/115", "propose erase {f} MoPI review 2026/116")
WELFARE = (
    "traumatic {c}",
    "traumatic {i} 3001",
    "traumatic {e}",
    "break later",
    "break take",
    "break over",
    "break over",
    "seeto 2001",
    "seeto 3001",
    "seeto 5001",
)
OFFICE = (
    "register 9001 handler.dispatcher J. Smith",
    "grant 2001 supervisor",
    "grant 3001 watch",
    "withdraw 2001 supervisor",
    "withdraw 4001 vulnerability",
    "grant 4001 vulnerability",
)
MEANWHILE = (
    *PROMISES[:2],
    PROMISES[5],
    "change {i} she is bleeding",
    RISKS[0],
    RISKS[1],
    RISKS[6],
    ENDS[2],
    *LINKS,
    *CALLS[:2],
    "approve {p}",
    "own {i} 2001",
    "hand {i} 3001",
    "send {i} AB12",
    "park {c}",
    "merge {i} {j} same",
    "reopen {i} he is back",
    "level {i} missing-person high a child",
    "desk {i} higher she rang twice",
    "safeguard {i} remove to her sister",
    "refer {i} mash consent she agreed",
    "sent {r} by mail",
    "outcome {r} no more is done",
    "again {e} - he rang his mother",
    "verify {e} not-verified",
    "question {e} rc-life yes",
    "found {e} with her aunt",
    "unsite mft mri-ward-12 it moved",
    "putoff {i} 20m she is on the phone",
    "bringback {i}",
    "emergency AB12 shouting",
)
PEOPLE = (
    "person Siobhan Kelly",
    "person 07700 900123",
    "detail {n} born 12/3/1984",
    "detail {n} born 31/2/1984",
    "detail {n} number 07700 900124",
    "strike {n} 2 another's",
    "strike {n} 3 given up",
    "marker {n} violent high pnc assaulted two officers",
    "marker {n} weapons low force",
    "remark {n} 8 again in May",
    "remark {n} 3 again in June",
    "unmark {n} 8 his brother",
    "unmark {n} 3 his cousin",
    "same {n} {m} one number",
    "same {m} {n} one date of birth",
    "apart {n} {m} twins",
    "involve {x} {n} suspect seen leaving",
    "involve {i} {m} victim",
    "looked {c} household {n} her son",
    "looked {c} repeat",
    "uninvolve {x} {n} suspect was at work",
)
FLOOR_GROUPS = (
    PEOPLE, CALLS, LINKS, INCIDENTS, RISKS, ENDS, PARTNERS, PROMISES, RUNGS, HANDS, CREWS, TIES, MAJOR, AFTERWARDS,
    FIRMS, QUESTIONS, VULNERABLE, REFERRED, FORMS, WELFARE, SILENCES,
)  # fmt: skip
NONSENSE = (
    "",
    "grade",
    "g9 {i} x",
    "open 1 theft",
    "close",
    "note zz y",
    "ring",
    "ring telex 1",
    "propose",
    "propose propose off",
)
ELEMENTS = (
    "situation past",
    "threat none",
    "risk low",
    "investigation none",
    "vulnerability none",
    "engagement wants-advice",
)
PICK = st.integers(0, 3)
WHO = st.integers(0, 9)


REFERENCE = st.sampled_from(["name", "whole", "dot"])
PAUSE = "(half an hour passes, and the watch looks)"
A_WHILE = "(six minutes pass, and the watch looks)"
AN_HOUR = "(an hour passes, and the watch looks)"
A_DAY = "(a day passes, and the watch looks)"
PASSING = {PAUSE: 1801, A_WHILE: 361, AN_HOUR: 3601, A_DAY: 86_401}
ANOTHER = "the supervisor: "  # before a line that is not said by whoever says the others
TRIAGED = tuple(f"triage {{c}} {element}" for element in ELEMENTS)


def course(text: str) -> tuple[str, ...]:
    """Return the lines of a course, parted by bars; a word in capitals stands for lines that are often said."""
    often = {
        "CALM": RISKS[:1],
        "CHILD": RISKS[1:2],
        "CALLED": ("ring 999", "answer .", "open . domestic man with a knife"),
        "AGAIN": ("ring 999", "answer .", "link . {i}"),
        "PAUSE": (PAUSE,),
        "WHILE": (A_WHILE,),
        "HOUR": (AN_HOUR,),
        "DAY": (A_DAY,),
        "MFT": tuple(ANOTHER + line for line in (FIRMS[0], FIRMS[2], FIRMS[7])),
        "NO THREAT": QUESTIONS[9:14],
        "MAJOR": MAJOR[:1],
        "BROKEN": ("promise {i} update 5m", A_WHILE),
        "ALL KNOW": MAJOR[6:10],
        "LOST": ("ring 999", "answer .", "abandon {c}"),
        "WARD": PARTNERS[:1],
    }
    return tuple(line for part in text.split("|") for line in often.get(part.strip(), (part.strip(),)))


COURSES = (
    course(
        "CALLED | CHILD | g1 {i} x | PAUSE | ack {i} 44 told | promise {i} arrival 20m | PAUSE | AGAIN | assess {i} | review {i} x"
    ),
    course(
        "CALLED | CALM | g2 {i} x | promise {i} call-back 1h | promise {i} arrival 9m | pass {i} call-back 3001 | kept {i} arrival"
    ),
    course(
        "CALLED | CALM | g5 {i} x | promise {i} tell-caller 9m | promise {i} update 9m | told {i} no | result {i} advice"
        " | close {i} | release {i} update she knows | close {i}"
    ),
    course(
        "open - theft | CHILD | g1 {i} near | send {i} A1 | arrive {i} | send {i} B2 | PAUSE | result {i} attended | close {i}"
    ),
    course(
        "open - theft | CHILD | g1 {i} near | PAUSE | send {i} A1 | fix {i} 1 x | arrive {i} | result {i} crime | close {i}"
        " | crime {i} 06EE.1-26 | close {i}"
    ),
    course(
        "open - theft | CALM | g5 {i} x | result {i} advice | close {i} | nocrime {i} lent | close {i} | crime {i} 06EE.2-26"
        " | reopen {i} stolen after all"
    ),
    course(
        "open - welfare | interim {i} high 5m he is near | WHILE | CALM | g2 {i} x | interim {i} high 5m x | note {i} she rang"
        " | seen {i} | WHILE | send {i} A1 | arrive {i} | interim {i} low 5m x"
    ),
    course(
        "open - theft | CHILD | g3 {i} x | own {i} | promise {i} call-back 5m | handrest 3001 | hand {i} 3001 by itself"
        " | WHILE | handrest 2001 | hand {i} dispatcher | hand {i} 2001"
    ),
    course(
        "open - theft | CALM | g4 {i} x | own {i} | promise {i} update 1h | promise {i} arrival 2h | pass {i} arrival 3001"
        " | handrest 3001 | handrest dispatcher"
    ),
    course(
        "CALLED | CALLED | note {i} x | merge {i} {j} same | merge {j} {i} x | assess {j} | CHILD | reopen {i} not the same"
        " | tie {i} {j} other | send {i} A1 | merge {i} {j} x"
    ),
    course(
        "unit AB12 CENTRAL | open - welfare | CALM | g3 {i} x | send {i} AB12 | arrive {i} | PAUSE"
        " | heard AB12 well | emergency AB12 x | result {i} attended | close {i}"
    ),
    course(
        "unit AB12 CENTRAL | open - welfare | CALM | g3 {i} x | send {i} AB12 | enroute AB12 | open - welfare | CALM | g3 {i} x"
        " | send {i} AB12 | clear AB12 | status AB12 off"
    ),
    course(
        "open - welfare | CALM | g1 {i} x | MAJOR | tell {i} fire x | WHILE | ALL KNOW | standdown {i} all away"
        " | result {i} advice | close {i}"
    ),
    course(
        "open - welfare | CALM | g1 {i} x | MAJOR | result {i} advice | merge {i} {j} x | close {i} | standdown {i} x"
    ),
    course(
        "open - welfare | check {i} pnc AB12 / seen | bringup {i} 5m x | WHILE | returned {check} nothing | done {bringup}"
        " | bringup {i} 5m x | tag {i} media | tag {i} media | PAUSE | ack {i} seen to"
    ),
    course(
        "CALLED | CALM | g1 {i} x | PAUSE | PAUSE | PAUSE | ack {i} 44 told | ack {i} x | note {i} x | PAUSE | PAUSE"
    ),
    course(
        "open - theft | CALM | g3 {i} x | own {i} | change {i} back | g1 {i} now | CHILD | grade {i} 1 | g1 {i} now"
    ),
    course(
        "open - theft | CALM | g4 {i} x | result {i} cancelled | result {i} cancelled safe | close {i} | note {i} late"
    ),
    course(
        "open - theft | CALM | g4 {i} x | change {i} worse | result {i} cancelled safe | CHILD | result {i} attended"
    ),
    course("CALLED | CALM | g5 {i} x | result {i} advice | close {i} | told {i} nobody comes | close {i} | close {i}"),
    course(
        "open - theft | CALM | g3 {i} x | BROKEN | putoff {i} 20m x | note {i} x | putoff {i} 20m x | WHILE | g1 {i} a knife"
        " | putoff {i} 20m x | propose putoff {i} 20m x | the supervisor: approve {p} | PAUSE | bringback {i}"
    ),
    course(
        "open - theft | CALM | g3 {i} x | BROKEN | putoff {i} 20m x | bringback {i} | putoff {i} 1h x | CHILD | WHILE"
        " | kept {i} update | result {i} advice | nocrime {i} lent | told {i} no | close {i} | reopen {i} x"
    ),
    course(
        "open - welfare | CALM | g3 {i} x | unit AB12 | send {i} AB12 | arrive {i} AB12 | BROKEN | putoff {i} 20m x"
        " | emergency AB12 x | bringback {i} | putoff {i} 20m x | heard AB12 x | putoff {i} 5m x | HOUR"
    ),
    course("CALLED | CALM | g5 {i} x | told {i} nobody comes | change {i} worse | result {i} advice | close {i}"),
    course("CALLED | CALM | g5 {i} x | told {i} nobody comes | AGAIN | assess {i} | result {i} advice | close {i}"),
    course(
        "CALLED | CALM | g5 {i} x | result {i} advice | change {i} worse | close {i} | assess {i} | result {i} advice"
    ),
)
CONTACTS = (
    ("ring 101 07700900123", "answer {c}", "close {c}", *TRIAGED, CALLS[9], "close {c}", "note {c} late"),
    ("ring 999", "answer {c}", *TRIAGED[:5], CALLS[4], CALLS[6], OPENINGS[0], "fix {c} 2 two knives", "close {c}"),
    course("ring 999 | abandon {c} | close {c} | answer {c} | transfer {c} ambulance chest pain | close {c}"),
    course(
        "ring 999 | silent {c} heard | callerat {c} aml 53,-2 30 | operator {c} on | answer {c}"
        " | silent {c} pressed-55 | talks {c} bsl bsl | park {c} a 999"
        " | triage {c} risk low | hand {c} 3001 | WHILE | answer {c} | operator {c} off"
    ),
    course(
        "ring 999 | answer {c} | park {c} | link {c} {i} | answer {c} | park {c} | abandon {c} | close {c} | answer {c}"
    ),
    course(
        "LOST | WHILE | recall {c} no-answer | WHILE | recall {c} voicemail | recall {c} engaged | recall {c} no-answer"
        " | close {c} x | notasked {c} all line-lost | close {c} x"
    ),
    course(
        "LOST | triage {c} hurt yes | triage {c} breathing no | recall {c} spoke well | answer {c} | open {c} welfare"
    ),
    course(
        "ring chat someone | answer {c} | abandon {c} | notasked {c} all line-lost | recall {c} spoke a pocket call"
        " | close {c} rung back, nobody there"
    ),
)
LIVES = (
    (
        *PEOPLE[:1],
        "marker {n} violent high pnc assaulted two officers",
        "remark {n} 3 again in May",
        "unmark {n} 3 his brother",
    ),
    (*PEOPLE[:2], "same {n} {m} one number", "apart {n} {m} twins", "same {m} {n} one after all"),
    (*PEOPLE[:1], "detail {n} born 12/3/1984", "strike {n} 2 another's", "strike {n} 3 it is the last"),
    (
        *PEOPLE[:1],
        "involve {x} {n} suspect",
        "uninvolve {x} {n} suspect at work",
        "looked {c} household {n}",
        "involve {i} {n} victim",
    ),
)
REQUESTS = (
    course(
        "WARD | PAUSE | open {e} missing | verify {e} phrase | decide {e} accept now | tellback {e} X | close {e} | note {e} x"
    ),
    course("WARD | verify {e} phrase | decide {e} accept now | tellback {e} Sister Jones | PAUSE | close {e}"),
    course(
        "WARD | link {e} {i} | verify {e} not-verified | decide {e} hold x | tellback {e} X | close {e} | fix {e} 1 x"
    ),
    course(
        "WARD | verify {e} not-verified | NO THREAT | decide {e} not-police they search | decide {e} not-police they search / none"
        " | tellback {e} X | dispute {e} Jones: insulin | close {e}"
    ),
    course(
        "WARD | verify {e} not-verified | decide {e} hold x | dispute {e} Jones: insulin | PAUSE | decide {e} accept x"
        " | the supervisor: ack {e} reading | the supervisor: decide {e} accept insulin | tellback {e} X"
        " | dispute {e} Jones: again | WHILE | PAUSE"
    ),
    course(
        "WARD | open {e} missing gone | CHILD | verify {e} not-verified | decide {e} accept x | tellback {e} X"
        " | handback {e} X: here | close {e} | again {e} - tablets | decide {e} accept x | PAUSE"
    ),
    course(
        "CALLED | WARD | link {e} {i} | CHILD | g5 {i} x | told {i} no | result {i} advice | close {i} | again {e} {c} tablets"
    ),
    course(
        "MFT | ring partner 0161 276 1234 | answer {c} | expedite mri-ward-12 walkout {c} Jones / 0161 / left"
        " | verify {e} call-back 0161 496 7777 x | verify {e} number | verify {e} call-back 07700 900456 x | close {c} x"
    ),
    course(
        "MFT | ring 999 0161 276 1234 | answer {c} | expedite home-7 missing {c} Kay / 0161 / gone | abandon {c} | WHILE"
        " | verify {e} number | again {e} {c} x | close {c}"
    ),
    course(
        "MFT | WARD | verify {e} phrase blue heron at dawn | the supervisor: forget mft 3 left"
        " | the supervisor: unsite mft mri-ward-12 it moved | verify {e} number | the supervisor: unpartner mft merged"
    ),
)
SAFE = (
    course(
        "open - domestic | question {i} da-throat yes | CHILD | level {i} domestic-abuse high | assess {i} | g3 {i} x | PAUSE"
        " | the supervisor: desk {i} as-assessed x | PAUSE | the supervisor: desk {i} higher two calls | assess {i} | DAY"
    ),
    course(
        "open - domestic | CHILD | g3 {i} x | WHILE | WHILE | send {i} A1 | the supervisor: desk {i} lower x | clear {i} A1"
        " | safeguard {i} remove to her sister | arrive {i} | safeguard {i} reduce x | research {i} pnd"
    ),
    course(
        "open - domestic | CHILD | refer {i} mash legal-duty x / she fears him | HOUR | sent {r} mail | HOUR"
        " | agency {r} received reference Jane / 1 | DAY | agency {r} accepted message Jane / 2 | outcome {r} held | outcome {r} x"
    ),
    course(
        "open - welfare | refer {i} ambulance consent x | hand {r} 4001 | sent {r} mail | agency {r} declined our-word Jane / no"
        " | promise {r} update 5m | WHILE | outcome {r} given up | kept {r} update | outcome {r} given up"
    ),
    course(
        "open - welfare | refer {i} adults consent x | outcome {r} x | the supervisor: outcome {r} nobody to ask | note {r} x"
    ),
    course(
        "WARD | form {e} ph-name Ann, called Midge | form {e} he-name Ada, not Midge | found {e} back at 23:10 | HOUR"
        " | form {e} ph-places the bus station | DAY | found {e} with her aunt | DAY | found {e} x"
    ),
    course(
        "WARD | form {e} ph-name Ann, called Midge | found {e} x | propose erase {o} MoPI | the supervisor: approve {p} | DAY"
    ),
)


def lines_of(*groups: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(line_of(*groups), min_size=2, max_size=5)


def part_of(courses: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """A course from its beginning or a little later, up to its end or a little before."""
    cut = st.tuples(st.sampled_from(courses), st.sampled_from([0, 0, 0, 1]), st.sampled_from([12, 9, 8, 7, 6, 5, 4]))
    return cut.map(lambda chosen: chosen[0][chosen[1] : chosen[2]])


def line_of(*groups: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([line for group in groups for line in group])


class TheRoom(RuleBasedStateMachine):
    """A room at work."""

    seen_in_all: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.clock = SetClock(MONDAY)
        self.log = RacingLog(self.clock)
        self.stage = Stage(self.log, self.clock)
        self.board = self.stage.board
        self.seats = [self.stage.desk(collar, *roles) for collar, roles in STAFF.items()]
        self.rival = self._apart(self.stage.desk(RIVAL, Role.HANDLER, Role.VULNERABILITY))
        self.watch = Desk(self.log, self.board, self.stage.identity, THE_WATCH)
        self.listener = Listener(cast("Any", SimpleNamespace(board=self.board, journal=self.log)))
        self.stage.list_places(*(f"{number} Mill Lane" for number in range(1, 9)))
        self.away: list[str] = []
        self.signed_on = 0
        self.held: list[tuple[Desk, Line]] = []
        self.ledger = Ledger()
        self.door = Door(self.log, Viewer("ledger"))
        self.shots: dict[int, tuple[int, Any]] = {}
        self.seen: Counter[str] = Counter()
        self.looking = True
        self.latest = 0

    def _apart(self, desk: Desk) -> Desk:
        return Desk(self.log, Board(self.log), self.stage.identity, desk.signed)

    # Lines

    def line(self, template: str, pick: int, reference: str = "name") -> str:
        """Return a line with references to things that are there; to nothing where there is none."""
        ledger = self.ledger
        calls, cases, requests = list(ledger.calls), list(ledger.cases), list(ledger.requests.all)
        referrals, forms = list(ledger.safeguarding.papers), list(ledger.safeguarding.forms)
        everything = [*calls, *cases, *referrals, *requests, *ledger.history]
        tails = [f"p{tail}" for tail in ledger.waiting.values()]
        named = {"c": calls, "i": cases, "e": requests, "r": referrals, "o": forms, "x": everything}
        words = {key: self._reference(streams, pick, reference) for key, streams in named.items()}
        people = list(ledger.people.known)
        words |= {"n": self._reference(people, pick, reference), "m": self._reference(people, pick + 1, "name")}
        words["f"] = self._reference(list(ledger.partners.firms), pick, "whole")
        words["j"] = self._reference(cases, pick + 1, "name")
        words |= {"check": self._numbered("checks", pick), "bringup": self._numbered("bring_ups", pick)}
        return template.format(**words, p=tails[-1 - pick % len(tails)] if tails else "p0000")

    def _numbered(self, what: str, pick: int) -> str:
        """Return an item and the number of a check or a bring-up that is open on it; of nothing where there is none."""
        found = [(stream, number) for stream, margin in self.ledger.on.items() for number in getattr(margin, what)]
        if not found:
            return ". 99"
        stream, number = found[-1 - pick % len(found)]
        return f"{self._reference([stream], 0, 'name')} {number}"

    def _reference(self, streams: list[bytes], pick: int, reference: str) -> str:
        if reference == "dot" or not streams:
            return "."
        stream = streams[-1 - pick % len(streams)]
        return stream_text(stream) if reference == "whole" else self.board.name(stream, self.clock())

    def seat(self, who: int) -> Desk:
        return self.seats[who % len(self.seats)]

    def say(self, desk: Desk, text: str, *, with_rival: bool = False) -> list[Entry]:
        """Carry out a line; where it is refused or misread, nothing of this desk's was written."""
        return self.attempt(desk, lambda: carry_out(desk, text), with_rival=with_rival)

    def say_all(self, desk: Desk, lines: Sequence[str], pick: int, reference: str = "name") -> list[Entry]:
        entries = []
        for line in lines:
            if line in PASSING:
                self.time_passes(PASSING[line], watched=True)
            else:
                says = self._another(desk) if line.startswith(ANOTHER) else desk
                entries += self.say(says, self.line(line.removeprefix(ANOTHER), pick, reference))
        return entries

    def _another(self, desk: Desk) -> Desk:
        """Return the supervisor's seat, where they are here and not at this desk; else the desk itself."""
        return next((one for one in self.seats if "supervisor" in self._roles(one) and one is not desk), desk)

    def attempt(self, desk: Desk, work: Callable[[], list[Entry]], *, with_rival: bool = False) -> list[Entry]:
        self.stage.pass_time(1)
        before, entries = self.log.tip(), []
        try:
            entries = work()
        except (Refused, Misread):
            after = list(self.log.entries(before.size))
            own = [entry for entry in after if entry.header is None or entry.header.session == desk.signed.session]
            assert own == []
            assert with_rival or self.log.tip() == before
        if self.looking:
            self.look()
        return entries

    def race(self, desk: Desk, text: str, theirs: str) -> list[Entry]:
        """Carry out a line while the other desk writes, after this one has decided and before it appends."""

        def cut_in() -> None:
            self.looking = False  # whoever looks would bring this desk's board up to date
            self.say(self.rival, theirs)
            self.looking = True

        self.log.cut_in = cut_in
        done = self.say(desk, text, with_rival=True)
        self.log.cut_in = None
        return done

    # What happens

    @initialize(domestic=st.booleans(), answers=st.sampled_from([QUIET, CHILD]), how_far=st.integers(0, 4))
    def a_call_comes_in(self, domestic: bool, answers: str, how_far: int) -> None:
        self.look()
        desk = self.seats[0]
        opening = f"open . {'domestic man with a knife' if domestic else 'theft bicycle'}"
        for text in ("ring 999 07700900123", "answer .", opening, f"assess . {answers}", "grade . 2 near")[
            : how_far + 1
        ]:
            assert self.say(desk, text), text

    @rule(who=WHO, lines=lines_of(RINGS, CALLS, OPENINGS, LINKS, PARTNERS), pick=PICK, reference=REFERENCE)
    def callers_and_partners_are_served(self, who: int, lines: list[str], pick: int, reference: str) -> None:
        self.say_all(self.seat(who), lines, pick, reference)

    @rule(who=WHO, lines=lines_of(PROMISES, RUNGS, RINGS[:1], RISKS[-1:]), pick=PICK, paused=st.booleans())
    def promises_are_made_and_the_ladder_is_climbed(self, who: int, lines: list[str], pick: int, paused: bool) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([PAUSE] if paused else []), *lines[2:]], pick)

    @rule(who=WHO, lines=lines_of(HANDS, PROMISES[:3], RISKS[2:4]), pick=PICK, paused=st.booleans())
    def a_shift_changes_and_what_is_in_hand_is_handed_over(
        self, who: int, lines: list[str], pick: int, paused: bool
    ) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([A_WHILE] if paused else []), *lines[2:]], pick)

    @rule(writes=WHO, reads=WHO, pick=PICK)
    def somebody_writes_and_another_reads_it(self, writes: int, reads: int, pick: int) -> None:
        self.say(self.seat(writes), self.line("note {i} she rang her sister", pick))
        self.say(self.seat(reads), self.line("seen {i}", pick))

    @rule(who=WHO, commands=WHO, told=st.integers(0, 4), pick=PICK, paused=st.booleans())
    def a_major_incident_is_declared_and_stood_down(
        self, who: int, commands: int, told: int, pick: int, paused: bool
    ) -> None:
        self.say_all(self.seat(who), [MAJOR[0], *([A_WHILE] if paused else []), *MAJOR[10 - told : 10]], pick)
        self.say(self.seat(commands), self.line(MAJOR[-1], pick))

    @rule(who=WHO, lines=lines_of(CREWS, TIES, MAJOR, AFTERWARDS), pick=PICK, paused=st.booleans())
    def crews_are_sent_and_incidents_have_to_do_with_each_other(
        self, who: int, lines: list[str], pick: int, paused: bool
    ) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([A_WHILE] if paused else []), *lines[2:]], pick)

    @rule(who=WHO, lines=lines_of(INCIDENTS, RISKS, ENDS, SECOND_LOOKS), pick=PICK, reference=REFERENCE)
    def incidents_are_worked(self, who: int, lines: list[str], pick: int, reference: str) -> None:
        self.say_all(self.seat(who), lines, pick, reference)

    def _roles(self, desk: Desk) -> list[str]:
        return [
            role
            for role in self.ledger.roles[staff_stream(desk.signed.collar)]
            if role not in ("administrator", "auditor")
        ]

    @rule(who=WHO, course=part_of(CONTACTS))
    def a_contact_takes_its_course(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, pick=PICK)
    def somebody_rings_again_about_an_incident(self, who: int, pick: int) -> None:
        """A re-contact: it rings, is answered and linked; the assessment is open again, and what is closed is reopened."""
        desk = self.seat(who)
        number = self.line("{i}", pick)
        cases = list(self.ledger.cases.values())
        about = self.ledger.worked_for(cases[-1 - pick % len(cases)]) if cases else None
        again = ["incident.reopened"] if about is not None and not about.open else []
        rung = self.say(desk, "ring 999") and self.say(desk, "answer .") and self.say(desk, f"link . {number}")
        assert not rung or [entry.name for entry in rung] == ["contact.linked", *again, "incident.contacted"]

    @rule(who=WHO, course=part_of(COURSES))
    def an_incident_takes_its_course(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, course=part_of(LIVES))
    def a_person_becomes_known(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, lines=lines_of(PEOPLE), pick=PICK, reference=REFERENCE)
    def people_are_described_and_involved(self, who: int, lines: list[str], pick: int, reference: str) -> None:
        self.say_all(self.seat(who), lines, pick, reference)

    @rule(who=WHO, course=part_of(REQUESTS))
    def an_expedite_takes_its_course(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, course=part_of(SAFE))
    def somebody_is_kept_safe(self, who: int, course: tuple[str, ...]) -> None:
        self.say_all(self.seat(who), course, 0)

    @rule(who=WHO, lines=lines_of(QUESTIONS, VULNERABLE, RISKS[:2], FORMS), pick=PICK, paused=st.booleans())
    def questions_are_asked_and_the_desk_looks(self, who: int, lines: list[str], pick: int, paused: bool) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([PAUSE] if paused else []), *lines[2:]], pick)

    @rule(who=WHO, lines=lines_of(WELFARE), pick=PICK, days=st.sampled_from([0, 0, 3, 28]))
    def something_was_hard_on_somebody(self, who: int, lines: list[str], pick: int, days: int) -> None:
        self.say_all(self.seat(who), lines, pick)
        if days:
            self.time_passes(days * 86_400 + 1, watched=True)

    @rule(
        who=WHO,
        careful=st.booleans(),
        alone=st.booleans(),
        then=st.lists(st.just(A_WHILE) | line_of(SILENCES, RISKS, ENDS, CREWS[-6:], PROMISES[-5:]), max_size=3),
    )
    def what_calls_is_put_off_and_comes_back(self, who: int, careful: bool, alone: bool, then: list[str]) -> None:
        """By one person, or by two; something happens meanwhile; an hour later it has come back, whatever it was."""
        desk = self.seat(who)
        calling = (OPENINGS[2], RISKS[careful], "g3 {i} x", "promise {i} update 5m", A_WHILE)
        said = ("putoff {i} 40m x",) if alone else ("propose putoff {i} 40m x", f"{ANOTHER}approve {{p}}")
        self.say_all(desk, (*calling, *said, *then), 0)
        self.time_passes(3601, watched=True)

    @rule(who=WHO, lines=lines_of(SILENCES, RUNGS), pick=PICK, paused=st.booleans())
    def alerts_are_put_off_and_bells_set(self, who: int, lines: list[str], pick: int, paused: bool) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([A_WHILE] if paused else []), *lines[2:]], pick)

    @rule(who=WHO, lines=lines_of(REFERRED, VULNERABLE[-5:], ENDS[-2:]), pick=PICK, paused=st.booleans())
    def agencies_are_asked_for_help(self, who: int, lines: list[str], pick: int, paused: bool) -> None:
        self.say_all(self.seat(who), [*lines[:2], *([AN_HOUR] if paused else []), *lines[2:]], pick)

    @rule(who=WHO, lines=lines_of(FIRMS, PARTNERS, CALLS[:2]), pick=PICK, reference=REFERENCE)
    def partners_are_registered_and_ask(self, who: int, lines: list[str], pick: int, reference: str) -> None:
        self.say_all(self.seat(who), lines, pick, reference)

    @rule(who=WHO)
    def a_phrase_is_shared(self, who: int) -> None:
        """With the first partner there is; it stands in no fact as it was said, and a wrong one is known to be wrong."""

        def share() -> list[Entry]:
            set_phrase(desk, known[0].partner, "blue heron at dawn")
            return []

        known, desk = self.board.partners(), self.seat(who)
        if known:
            self.attempt(desk, share)

    @rule(
        who=WHO,
        second=WHO,
        lines=st.tuples(line_of(SECOND_LOOKS[:3]), line_of(SECOND_LOOKS[-3:])),
        between=st.none() | st.just(PAUSE) | line_of(INCIDENTS, RISKS, ENDS),
        careful=st.booleans(),
        race=st.booleans(),
    )
    def one_proposes_and_another_settles(
        self, who: int, second: int, lines: tuple[str, str], between: str | None, careful: bool, race: bool
    ) -> None:
        """Something may come between them, two may settle at once, and who settles may be the proposer in another seat."""
        self.say_all(self.seat(who), (OPENINGS[not careful], RISKS[careful], "grade {i} 2 near", lines[0]), 0)
        self.say_all(self.seat(who), [between] if between else [], 0)
        settling = self.line(lines[1], 0)
        done = self.race(self.seat(second), settling, settling) if race else self.say(self.seat(second), settling)
        self.seen.update(f"{entry.name}, approved" for entry in done)

    @rule(who=WHO, founder_first=st.booleans(), lines=st.lists(line_of(ERASURES, ENDS[-2:]), max_size=2), pick=PICK)
    def two_people_erase_a_record(self, who: int, founder_first: bool, lines: list[str], pick: int) -> None:
        """What is still worked on is not erased; so a contact is first brought to its end, if this seat may."""
        self.say_all(self.seat(who), CONTACTS[-1], 0)
        other = next((desk for desk in self.seats if desk.signed.collar == "5001"), self.seat(who))
        first, second = (self.stage.founder, other) if founder_first else (other, self.stage.founder)
        self.say_all(first, [*lines, *OF_RECORDS_BESIDE[:pick], *ERASURES], pick)
        self.say(second, self.line("approve {p}", pick))
        self.say(second, self.line("approve {p}", 0))
        self.say(other, self.line("note {x} said after the erasure", pick))

    @rule()
    def the_keeper_carries_erasures_out(self) -> None:
        """The keys are destroyed, and every fact of the record says afterwards what it says to the fold, and no more."""
        for stream in list(self.board.erasing):
            before, rows = self.log.tip(), self.log.stream_rows(stream)
            for key in keys_of(rows):
                self.log.seals.keyring.destroy(key)
            assert self.log.tip() == before
            last = max(row.position for row in rows if row.name == erasure.ERASED)
            opened = Door(self.log, Viewer("keeper")).stream(stream, "erasure", last)
            assert opened == self.log.stream(stream, last)
            acts = [Act(stream, erasure.CompleteErasure(1))]
            assert [entry.name for entry in self.watch.do(acts)] == ["record.erasure_completed"]
            self.look()

    @rule(lines=lines_of(OFFICE, NONSENSE), founder=st.booleans(), who=WHO)
    def the_office_is_run_and_things_are_mistyped(self, lines: list[str], founder: bool, who: int) -> None:
        for line in lines:
            done = self.say(self.stage.founder if founder else self.seat(who), self.line(line, 0))
            assert not done or (founder and line in OFFICE), "only an administrator changes who may do what"

    # People, time, and others

    @precondition(lambda self: len(self.seats) > 2)
    @rule(who=WHO, covering=st.booleans())
    def somebody_signs_off(self, who: int, covering: bool) -> None:
        """Nobody does with something in hand; whoever answered for a district answers for it no more."""
        desk = self.seat(who)
        collar = desk.signed.collar
        self.say_all(desk, RUNGS[4:5] if covering else [], 0)
        if self._roles(desk) and self.ledger.held_by(collar) and not self._elsewhere(desk):
            assert self.say(desk, "off") == [], "nobody goes home with something in hand"
            self._hand_all_over(desk)
        if self._roles(desk) and self.ledger.promised_by(collar) and not self._elsewhere(desk):
            assert self.say(desk, "off") == [], "nobody goes home who still sees to a promise"
            self._pass_all_on(desk)
        names = [entry.name for entry in self.say(desk, "off")]
        assert names[-1:] == ["staff.signed_off"] or not self._roles(desk)
        assert set(names[:-1]) <= {"staff.district_given_up"}
        if desk.signed.session in self.ledger.sessions and self.board.member(desk.signed.collar).session(
            desk.signed.session
        ):
            return
        for text in ("ring 999", "note . from a seat that is empty", "off"):
            assert self.say(desk, text) == []
        self.seats.remove(desk)
        self.away.append(desk.signed.collar)

    def _elsewhere(self, desk: Desk) -> bool:
        mine, sessions = desk.signed, self.ledger.sessions
        return any(collar == mine.collar and session != mine.session for session, collar in sessions.items())

    def _hand_all_over(self, desk: Desk) -> None:
        """In bulk what may go so, which is just what neither is vulnerable nor late; the rest one by one."""
        ledger, collar, now = self.ledger, desk.signed.collar, self.clock()
        others = sorted(set(ledger.sessions.values()) - {collar})
        takers = [one for one in others if set(self.board.member(one).roles) & set(FLOOR)]
        bulk = [stream for stream in ledger.held_by(collar) if not ledger.presses(stream, now + S)]
        if takers:
            done = self.say(desk, f"handrest {takers[0]}")
            assert {one.stream for one in done if one.name == "record.handed_over"} == set(bulk)
        for stream in ledger.held_by(collar):
            to = takers[0] if takers else self.board.record(stream).handed_to("").owner
            assert self.say(desk, f"hand {stream_text(stream)} {to}")
        assert ledger.held_by(collar) == []

    def _pass_all_on(self, desk: Desk) -> None:
        """To somebody who is there; where nobody is, what was promised is given up."""
        others = sorted(set(self.ledger.sessions.values()) - {desk.signed.collar})
        takers = [one for one in others if set(self.board.member(one).roles) & set(FLOOR)]
        for stream, number in self.ledger.promised_by(desk.signed.collar):
            name = stream_text(stream)
            line = (
                f"pass {name} {number} {takers[0]}"
                if takers
                else f"release {name} {number} nobody is here to see to it"
            )
            assert self.say(desk, line)

    @rule(who=WHO, second=st.booleans())
    def somebody_signs_on(self, who: int, second: bool) -> None:
        """Who was away comes back; or one who is here takes a second seat, which makes nobody a second person."""
        if self.away and not second:
            collar = self.away.pop(0)
        elif len(self.seats) < 6:
            collar = self.seat(who).signed.collar
        else:
            return
        self.signed_on += 1
        signed = Signed(collar, f"again-{self.signed_on}", "T9")
        arriving = Desk(self.log, self.board, self.stage.identity, signed, arriving=True)
        act = Act(staff_stream(collar), SignOn(signed.session, 0, signed.seat, Place.HOME))
        if self.attempt(arriving, lambda: arriving.do([act])):
            self.seats.append(Desk(self.log, self.board, self.stage.identity, signed))

    @rule(seconds=st.sampled_from([59, 901, 1801, 3601, 20_000, 90_000]), watched=st.booleans())
    def time_passes(self, seconds: int, watched: bool) -> None:
        self.stage.pass_time(seconds)
        if watched:
            self.the_watch_looks()

    @rule(back=st.sampled_from([1, 900, 7200]))
    def the_machines_clock_is_set_back(self, back: int) -> None:
        self.clock.now_ns -= back * S

    def the_watch_looks(self) -> None:
        """It looks at everything that ever was, not only at what is open; twice, for a second keeper does no harm."""
        acts = [Act(stream, deployment.MissTarget(one)) for stream in self.ledger.cases for one in Target]
        acts += [Act(stream, expedite.MissAnswer()) for stream in self.ledger.requests.all]
        acts += [Act(stream, rung) for stream in self.ledger.requests.all for rung in self._dispute_rungs(stream)]
        acts += [Act(stream, referral.MissAgencyTime()) for stream in self.ledger.safeguarding.papers]
        acts += [Act(stream, episode.DisposeOfForm()) for stream in self.ledger.safeguarding.forms]
        words = [(stream, number) for stream, margin in self.ledger.on.items() for number in margin.promises]
        acts += [Act(stream, promise.BreakPromise(number)) for stream, number in words]
        acts += [Act(stream, rung) for stream in self.ledger.cases for rung in self._rungs(stream)]
        acts += [Act(stream, recall.MissRecall()) for stream in self.ledger.calls]
        acts += [Act(stream, resource.MissCheck()) for stream in self.ledger.crews]
        acts += [Act(stream, major.MissAgency(one)) for stream in self.ledger.cases for one in AGENCIES]
        ups = [(stream, number) for stream, margin in self.ledger.on.items() for number in margin.bring_ups]
        acts += [Act(stream, reminder.BringUp(number)) for stream, number in ups]
        acts += [Act(stream, putoff.BringBack()) for stream in self.ledger.everything()]
        acts += [
            Act(stream, welfare.AskAgain(number, offer.at + after))
            for (stream, number), offer in self.ledger.cares.offers.items()
            for after in ASKED_AFTER
        ]
        acts += self._rings()
        for act in acts:
            self.watch.do([act])
            assert self.watch.do([act]) == []
        self._no_form_is_left_whose_time_has_come()
        self._nothing_is_silent_any_more_whose_time_is_over()

    def _nothing_is_silent_any_more_whose_time_is_over(self) -> None:
        for entry in self.door.open(self.log.entries(self.ledger.position), "ledger"):
            self.ledger.take(entry)
            self.seen[entry.name] += 1
        assert self.ledger.silences.left_over(self.clock()) == [], "what is put off comes back by its time"

    def _no_form_is_left_whose_time_has_come(self) -> None:
        now = self.clock()
        for form in self.board.episodes():
            assert not 0 < form.dispose_by <= now, "the words of a form go when their time has come"

    def _rings(self) -> list[Act]:
        """What standing questions ring by now, as whoever keeps the watch hears it."""
        self.board.catch_up()
        self.listener.hear(self.clock())
        rung, self.listener.waiting = self.listener.waiting, []
        return rung

    @rule(at=st.integers(0, 3))
    def something_happens_too_seldom(self, at: int) -> None:
        """Once for each span of time, whoever keeps the watch."""
        act = Act(POLICY_STREAM, ringing.RingVolume("referrals-falling", MONDAY + at * 86_400 * S, 1, 9))
        self.watch.do([act])
        assert self.watch.do([act]) == []

    def _rungs(self, stream: bytes) -> list[escalation.Escalate]:
        now, board, record = self.clock(), self.board, self.board.record(stream)
        assert isinstance(record, incident.Incident)
        changeover = last_changeover(board.policy.grades.changeover, board.zone, now)
        return [one for one in escalation.rungs(record, board.policy, changeover) if one.due <= now]

    def _dispute_rungs(self, stream: bytes) -> list[dispute.EscalateDispute]:
        record = self.board.record(stream)
        assert isinstance(record, expedite.Expedite)
        return list(dispute.dispute_rungs(record, self.board.policy))

    @rule(
        who=WHO,
        template=line_of(
            CALLS,
            LINKS,
            RISKS,
            ENDS,
            SECOND_LOOKS,
            HANDS,
            CREWS,
            TIES,
            PARTNERS,
            QUESTIONS,
            VULNERABLE,
            REFERRED,
            FORMS,
            SILENCES,
        ),
        pick=PICK,
        theirs=line_of(MEANWHILE),
    )
    def two_desks_race(self, who: int, template: str, pick: int, theirs: str) -> None:
        self.race(self.seat(who), self.line(template, pick), self.line(theirs, pick, "whole"))

    @rule(
        template=line_of(
            CALLS,
            OPENINGS,
            LINKS,
            INCIDENTS,
            RISKS,
            ENDS,
            PARTNERS,
            HANDS,
            CREWS,
            TIES,
            QUESTIONS,
            REFERRED,
            FORMS,
            SILENCES,
        ),
        pick=PICK,
    )
    def the_other_board_works(self, template: str, pick: int) -> None:
        self.say(self.rival, self.line(template, pick))

    @rule(
        who=WHO,
        template=line_of(
            CALLS, OPENINGS, LINKS, INCIDENTS, RISKS, ENDS, SECOND_LOOKS, HANDS, PARTNERS, REFERRED, FORMS, SILENCES
        ),
        pick=PICK,
    )
    def a_line_is_read_and_kept(self, who: int, template: str, pick: int) -> None:
        def read() -> list[Entry]:
            line = READER.read(self.line(template, pick), desk)
            line.verb.acts(desk, line)
            self.held.append((desk, line))
            return []

        desk = self.seat(who)
        self.attempt(desk, read)

    @precondition(lambda self: self.held)
    @rule(pick=PICK)
    def a_line_that_was_kept_is_carried_out(self, pick: int) -> None:
        desk, line = self.held.pop(pick % len(self.held))
        self.attempt(desk, lambda: desk.do(lambda: line.verb.acts(desk, line), approving=line.verb.approving))

    @precondition(lambda self: len(self.ledger.history) < 2)
    @rule(old_contact=st.booleans())
    def history_is_loaded(self, old_contact: bool) -> None:
        stream = self.stage.identity.stream(Kind.CONTACT if old_contact else Kind.INCIDENT)
        command = (
            history.LoadContact(
                history.ContactLoaded("sapd", contact.Channel.UNKNOWN, "police", "theft", "NORTH", None, "words")
            )
            if old_contact
            else history.LoadIncident(history.IncidentLoaded("sapd", "police", "theft", "NORTH", None, "words"))
        )
        act = Act(stream, command, occurred=MONDAY - 86_400 * S, new=True)
        assert self.attempt(self.stage.founder, lambda: self.stage.founder.do([act]))
        for text in ("note {} seen by the review", "change {} x", "assess {} x", "close {} x", "answer {}"):
            self.say(self.seat(0), text.format(stream_text(stream)))

    # What holds after every step

    @invariant()
    def look(self) -> None:
        for entry in self.door.open(self.log.entries(self.ledger.position), "ledger"):
            self.ledger.take(entry)
            self.seen[entry.name] += 1
        self.board.catch_up()
        now = self.clock()
        self.latest = max(self.latest, now)
        items = self.board.items(now)
        self.ledger.holds_board(items, now)
        assert self.board.erasing == self.ledger.erasing
        bells = {stream: record.bell for stream, record in self.board.records.items() if isinstance(record, Staff)}
        assert {stream: upto for stream, upto in bells.items() if upto} == self.ledger.silences.bells
        self.rival.board.catch_up()
        for board in (self._board(None), self.rival.board):
            assert shown(board, now) == shown(self.board, now)
        self.shots[self.board.position] = (now, shown(self.board, now))

    def _board(self, upto: int | None) -> Board:
        board = Board(self.log, upto)
        board.catch_up()
        return board

    def teardown(self) -> None:
        self.seen_in_all.update(self.seen)
        for position, (now, shot) in self.shots.items():
            assert shown(self._board(position), now) == shot, "a replay shows what was shown"
        self._what_rang_would_ring_again()
        for stream in self.log.begun():
            start = blank(stream)
            assert start is not None
            assert fold(start, self.log.stream(stream)) == self.board.record(stream)

    def _what_rang_would_ring_again(self) -> None:
        """Whoever asks the history later hears what the watch heard."""
        pack = self.board.policy.standing
        assert pack is not None
        again = {
            (one.stream, one.question, one.number) for one in ask(pack, self.log.entries(), blank, self.latest).rang
        }
        rung = {(stream, *one) for stream, margin in self.ledger.on.items() for one in margin.rung}
        assert rung <= again


def shown(board: Board, now: int) -> tuple[Any, ...]:
    """Return all that a board knows, in values that later facts do not change."""
    hands = {session: list(held.items()) for session, held in board.in_hand.items()}
    held = (dict(board.records), dict(board.staff), hands, list(board.erasing))
    return board.position, board.recorded, *held, board.items(now)


@pytest.mark.proof
def test_no_course_of_work_breaks_a_rule() -> None:
    """Letter, areas 1 and 5; the invariants of the work, on what the board lists, after every fact."""
    began = time.monotonic()
    run_state_machine_as_test(seed(SEED)(TheRoom) if PROOF else TheRoom, settings=PROFILE)
    courses = f"{PROFILE.max_examples} courses of {PROFILE.stateful_step_count} steps in a room"
    tell(Told(courses, TheRoom.seen_in_all.total(), "no rule broken", time.monotonic() - began))
    assert not PROOF or _never(TheRoom.seen_in_all) == set()


def test_the_room_comes_to_every_fact_and_to_the_end_of_a_second_look() -> None:
    """What the machine could not come to it could not find broken; here it goes through its courses whole."""
    room = TheRoom()
    room.a_call_comes_in(domestic=True, answers=QUIET, how_far=4)
    for course in (*CONTACTS, *COURSES, *REQUESTS, *SAFE):
        room.say_all(room.seat(0), course, 0)
        room.a_phrase_is_shared(who=3)
    for group in FLOOR_GROUPS:
        room.somebody_rings_again_about_an_incident(who=0, pick=0)
        room.say_all(room.seat(0), group, 0)
    room.say_all(room.seat(0), ("open - welfare", RISKS[0], "g1 {i} x", "note {i} she rang"), 0)
    room.say_all(room.seat(3), ("seen {i}", "unmark {n} 8 his brother", *MAJOR), 0)
    for lines in zip(SECOND_LOOKS[:3], SECOND_LOOKS[-3:], strict=True):
        room.one_proposes_and_another_settles(who=0, second=3, lines=lines, between=None, careful=True, race=False)
    room.one_proposes_and_another_settles(0, 3, (SECOND_LOOKS[2], "approve {p}"), None, careful=True, race=False)
    room.something_was_hard_on_somebody(who=3, lines=["traumatic {e} 2001", "seeto 2001"], pick=0, days=3)
    room.the_office_is_run_and_things_are_mistyped(lines=list(OFFICE), founder=True, who=0)
    room.history_is_loaded(old_contact=True)
    room.history_is_loaded(old_contact=False)
    room.two_people_erase_a_record(who=3, founder_first=True, lines=[], pick=0)
    room.the_keeper_carries_erasures_out()
    room.somebody_signs_off(who=3, covering=True)
    room.something_happens_too_seldom(at=1)
    room.the_machines_clock_is_set_back(back=7200)
    room.somebody_signs_on(who=1, second=False)
    room.teardown()
    assert _never(room.seen) == set()


def _never(seen: Counter[str]) -> set[str]:
    approved = {"incident.regraded, approved", "incident.resulted, approved"}
    return ({name for name, _ in REGISTRY} - NOT_OF_THE_FLOOR | approved) - set(seen)


def test_an_assessment_that_lost_a_race_to_a_recontact_hears_what_its_caller_said() -> None:
    """Letter, area 1: or it would be newer than the re-contact, and current, without anybody having looked at it."""
    room = TheRoom()
    room.a_call_comes_in(domestic=False, answers=QUIET, how_far=4)
    room.say_all(room.seats[0], ("ring 999", "answer .", "triage . vulnerability child", "triage . threat weapon"), 0)
    assess, link = room.line("assess {i} as before", 0), room.line("link {c} {i}", 0, "whole")
    (assessed,) = room.race(room.seats[0], assess, link)
    (case,) = room.ledger.cases.values()
    assert len(case.contacts) == 2
    assert isinstance(assessed.fact, grading.Assessed)
    assert (assessed.fact.vulnerable, assessed.fact.suggested) == (True, "1")


def test_what_is_approved_is_what_was_proposed_where_a_word_was_left_out() -> None:
    """Whoever proposes to own an incident means themselves, not whoever will look at the proposal."""
    room = TheRoom()
    room.a_call_comes_in(domestic=True, answers=CHILD, how_far=4)
    room.say(room.seats[0], room.line("propose own {i}", 0))
    done = room.say(room.seats[3], room.line("approve {p}", 0))
    assert [entry.fact.owner for entry in done if isinstance(entry.fact, handover.Owned)] == ["2001"]


def test_every_verb_has_its_place_in_the_room() -> None:
    assert set(_verbs_of_the_room()) == {verb.name for verb in VERBS}


def _verbs_of_the_room() -> Iterator[str]:
    groups = (RINGS, OPENINGS, SECOND_LOOKS, ERASURES, OFFICE, *FLOOR_GROUPS)
    for line in ("off", *(line for group in groups for line in group if not line.startswith("g4"))):
        yield line.split()[0]
