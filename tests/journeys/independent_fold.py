"""A second reading of the journal that shares no code with the first: the open board from lines of `hue journal --json`.

Theory of operation. This is what an auditor could write from docs/log-format.md and docs/events.md alone. It imports
the standard library and nothing else. Each line is one fact; the fold keeps for each stream what the facts say in so
many words, and tells what is open at the end: in which queue, whose it is, how pressing, and what people call it.
Targets are read from the pack under which it was graded or asked, whose text stands in the journal itself, in
hexadecimal. All instants are ns UTC.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

NS = 1_000_000_000
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
KINDS = {1: "contact", 2: "incident", 3: "expedite", 11: "referral"}
RESOURCE = 8
ROLES = (
    "handler", "dispatcher", "vulnerability", "supervisor", "auditor", "administrator", "sergeant", "inspector",
    "incident-manager", "watch",
)  # fmt: skip
WORK_INCIDENTS = ("dispatcher", "supervisor", "incident-manager", "watch")
WRITTEN = (
    "record.noted", "record.corrected", "record.check_returned", "incident.contacted", "incident.changed",
    "incident.assessed", "incident.interim_risk_set", "incident.located",
    "record.placed", "incident.absorbed", "incident.major_declared", "record.researched", "record.safeguarded",
    "record.referred", "record.level_given", "incident.desk_reviewed",
)  # fmt: skip
STALE_AFTER_S = 60
Line = dict[str, Any]


@dataclass
class Story:
    """What was said on one stream so far."""

    stream: str
    kind: str
    version: int = 0
    since: int = 0
    stage: str = "none"
    what: str = ""
    channel: str = ""
    site: str = ""
    partner: str = ""
    district: str = "unknown"
    holder: str = ""
    grade: str = ""
    vulnerable: bool = False
    vulnerable_from: int = 0
    alone: int = 0
    looked: int = 0
    desk_late: int = 0
    disputed: bool = False
    answer_from: int = 0
    not_matched: bool = False
    by: int = 0
    accept_within: int = 0
    contacts: list[str] = field(default_factory=list)
    opened: int = 0
    needed: int = 0
    clock: int = 0
    material: int = 0
    assessed: int = 0
    history: bool = False
    attended: bool = False
    pack: str = ""
    reviewed: int = 0
    promises: dict[int, int] = field(default_factory=dict)
    escalated: list[tuple[str, bool]] = field(default_factory=list)
    parked: bool = False
    told: bool = False
    lost: int = 0
    tried: int = 0
    rung_back: int = 0
    reached: bool = False
    late: bool = False
    seen_at: tuple[int, bool] | None = None
    crews: list[str] = field(default_factory=list)
    interim: int = 0
    unread: int = 0
    categories: str = ""
    crime: bool = False
    crime_late: bool = False
    no_crime: bool = False
    agencies: dict[str, tuple[int, bool]] | None = None
    rang: list[tuple[str, bool]] = field(default_factory=list)
    bring_ups: dict[int, int] = field(default_factory=dict)
    domestic: bool = False
    put_off: tuple[list[str], int, bool] = ([], 0, False)  # which alerts, until when, and whether by one person alone

    @property
    def open(self) -> bool:
        return not self.history and self.stage not in ("none", "closed", "ended")

    @property
    def for_desk(self) -> bool:
        return self.kind == "incident" and self.vulnerable and self.stage in ("opened", "graded")

    @property
    def desk_from(self) -> int:
        return max(self.vulnerable_from, self.alone, self.needed)


@dataclass
class Crew:
    """A resource: what it is on, and whether something is the matter with it."""

    callsign: str = ""
    district: str = ""
    on: str | None = None
    unheard: bool = False
    emergency: bool = False


class IndependentBoard:
    """The board after some lines of the journal."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.zone = ZoneInfo("UTC")
        self.packs: dict[str, tuple[dict[str, Line], int]] = {}
        self.crimes: dict[str, tuple[set[str], int]] = {}
        self.crews: dict[str, Crew] = {}
        self.covers: set[tuple[str, str, str]] = set()
        self.order: dict[str, int] = {}
        self.recall: tuple[int, int] = (300, 3)
        self.desk: tuple[int, int] = (0, 0)
        self.partners: dict[str, tuple[str, set[str]]] = {}
        self.days: dict[tuple[str, bool], list[str]] = {}

    def read(self, lines: Iterable[Line]) -> "IndependentBoard":
        """Read lines in order of position."""
        for line in lines:
            if line["name"].startswith("policy."):
                self._policy(line["name"], line["fields"])
            kind = kind_of(line["stream"])
            if kind is not None and line["fields"] is not None:
                story = self.stories.setdefault(line["stream"], Story(line["stream"], kind))
                story.version = line["version"]
                told = self._record if line["name"].startswith("record.") else getattr(self, f"_{kind}")
                told(story, line["name"].split(".")[1], line["fields"], instant(line["occurred"]), line)
                story.put_off = story.put_off if story.open else ([], 0, False)
                self._updated(story, line)
            elif line["name"].startswith("staff.district_"):
                cover = (line["stream"], line["fields"]["district"], line["fields"]["role"])
                (self.covers.add if line["name"] == "staff.district_taken" else self.covers.remove)(cover)
            elif line["name"].startswith("partner."):
                self._partner(line["stream"], line["name"], line["fields"])
            elif line["name"].startswith("resource."):
                self._resource(self.crews.setdefault(line["stream"], Crew()), line["name"], line["fields"])
        return self

    def _updated(self, story: Story, line: Line) -> None:
        """What others wrote stands unread for whoever works an incident, from its grade to its result."""
        theirs = line["role"] in WORK_INCIDENTS or line["actor"] == story.holder
        if story.kind == "incident" and line["name"] in WRITTEN and not theirs and story.open:
            story.unread += story.stage not in ("opened", "resulted")

    def _resource(self, crew: Crew, name: str, said: Line) -> None:
        match name:
            case "resource.registered":
                crew.callsign, crew.district = said["callsign"], said["district"]
            case "resource.status_given":
                crew.on, crew.unheard = said["incident"], False
            case "resource.heard_of":
                crew.unheard = crew.emergency = False
            case "resource.unheard_of":
                crew.unheard = True
            case "resource.emergency_called":
                crew.emergency = True

    def _partner(self, stream: str, name: str, said: Line) -> None:
        match name:
            case "partner.registered":
                self.partners[stream] = (said["partner"], set())
            case "partner.site_listed":
                self.partners[stream][1].add(said["site"])
            case "partner.site_ended":
                self.partners[stream][1].remove(said["site"])
            case "partner.ended":
                del self.partners[stream]

    def _policy(self, name: str, said: Line) -> None:
        if name == "policy.established":
            self.zone = ZoneInfo(said["zone"])
        if name == "policy.adopted" and said["kind"] == "grades":
            pack = tomllib.loads(bytes.fromhex(said["content"]).decode())
            targets_s = {one["code"]: one for one in pack["grade"]}
            self.packs[said["digest"]] = (targets_s, pack["expedite_answer_within_s"])
            self.order = pack["order"]
            self.recall = (pack["recall_every_s"], pack["recalls"])
        if name == "policy.adopted" and said["kind"] == "categories":
            pack = tomllib.loads(bytes.fromhex(said["content"]).decode())
            crimes = {one["code"] for one in pack["category"] if one.get("crime")}
            self.crimes[said["digest"]] = (crimes, pack["crime_within_s"])
        if name == "policy.adopted" and said["kind"] == "safeguarding":
            pack = tomllib.loads(bytes.fromhex(said["content"]).decode())
            self.desk = (pack["review_within_s"], pack["review_every_s"])

    def _record(self, story: Story, name: str, said: Line, _: int, line: Line) -> None:
        match name:
            case "promised":
                story.promises[line["version"]] = instant(said["due"])
            case "promise_kept" | "promise_released":
                del story.promises[said["number"]]
            case "handed_over":
                story.holder = "" if said["to"] in ROLES else said["to"]
            case "placed" if story.kind in ("contact", "incident"):
                story.district = said["district"]
            case "level_given":
                story.material = line["version"] if story.assessed else story.material
            case "bring_up_set":
                story.bring_ups[line["version"]] = instant(said["due"])
            case "bring_up_done":
                del story.bring_ups[said["number"]]
            case "alerts_put_off" | "alerts_brought_back":
                until = instant(said["until"]) if name == "alerts_put_off" else 0
                story.put_off = (said["alerts"], until, said.get("approval") is None)
            case "question_rang":
                story.rang.append((said["question"], False))
            case "ring_heeded":
                story.rang = [(one, known or one == said["question"]) for one, known in story.rang]

    def _contact(self, story: Story, name: str, said: Line, occurred: int, _: Line) -> None:
        match name:
            case "rang":
                story.stage, story.channel, story.since = "ringing", said["channel"], occurred
                story.what = said["channel"]
            case "partner_known":
                story.site, story.what = said["site"], f"{story.channel} {said['site']}"
            case "answered":
                story.stage, story.holder = "answered", said["handler"]
            case "parked":
                story.parked = True
            case "taken_up":
                story.parked, story.holder = False, said["handler"]
            case "abandoned" | "recall_tried" | "recall_late":
                self._lost(story, name, said, occurred)
            case "caller_located":
                story.seen_at = (instant(said["taken"]), said["plausible"])
            case "located":
                story.district = said["district"]
            case "linked" | "resolved" | "transferred" | "closed":
                story.stage = name
            case "loaded":
                story.stage, story.history = "closed", True

    def _lost(self, story: Story, name: str, said: Line, occurred: int) -> None:
        match name:
            case "abandoned":
                story.stage, story.holder, story.parked = "abandoned", "", False
                story.lost, story.tried, story.rung_back, story.reached, story.late = occurred, 0, 0, False, False
            case "recall_tried":
                story.tried, story.rung_back, story.late = said["attempt"], max(story.rung_back, occurred), False
                story.reached = story.reached or said["reached"] == "spoke"
            case "recall_late":
                story.late = True

    def _incident(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        match name:
            case "opened" | "loaded":
                self._begun(story, name, said, occurred, line)
            case "located":
                story.district = said["district"]
            case "contacted" | "changed":
                story.contacts += [said["contact"]] if name == "contacted" else []
                self._needed(story, line, occurred)
            case "assessed" | "graded" | "regraded" | "owned" | "desk_reviewed":
                self._graded(story, name, said, occurred, line)
            case (
                "reviewed"
                | "escalated"
                | "escalation_acknowledged"
                | "interim_risk_set"
                | "update_seen"
                | "target_missed"
            ):
                self._waiting(story, name, said, occurred)
            case "resourced" | "attended" | "stood_down":
                self._crewed(story, name, said["callsign"], occurred)
            case "resulted" | "closed":
                story.stage = name
                story.attended = story.attended or (name == "resulted" and said["attended"])
                story.crews = [] if name == "closed" else story.crews
            case "merged" | "absorbed" | "reopened":
                self._merged(story, name, said, occurred, line)
            case "classified" | "crime_recorded" | "no_crime_found":
                self._classified(story, name, said, line)
            case "major_declared" | "agency_acknowledged" | "major_stood_down":
                self._major(story, name, said)

    def _begun(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        story.since = story.opened = occurred
        self._number(story, occurred, history=name == "loaded")
        if name == "loaded":
            story.stage, story.history = "closed", True
            return
        story.stage, story.what, story.holder = "opened", said["category"], said["holder"]
        story.contacts = [said["contact"]] if said["contact"] else []
        story.clock = story.needed = occurred
        story.material, story.categories = line["version"], line["pack"]
        story.domestic = said["domestic"]

    def _graded(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        match name:
            case "assessed":
                story.assessed = line["version"]
                story.vulnerable, story.reviewed = said["vulnerable"], max(story.reviewed, occurred)
                story.vulnerable_from = (story.vulnerable_from or occurred) if said["vulnerable"] else 0
                story.interim = 0
            case "graded":
                story.stage, story.grade, story.holder = "graded", said["grade"], ""
                story.pack = line["pack"]
            case "regraded":
                story.grade, story.pack = said["grade"], line["pack"]
                story.clock = occurred if said["more_urgent"] else story.needed
            case "owned":
                story.holder = said["owner"]
            case "desk_reviewed":
                story.looked, story.desk_late = max(story.looked, occurred), 0
                story.material = line["version"] if said["review"] != "as-assessed" else story.material

    def _crewed(self, story: Story, name: str, callsign: str, occurred: int) -> None:
        story.crews = [one for one in story.crews if one != callsign]
        if name != "stood_down":
            story.stage = "attended" if story.attended else name
            story.crews.append(callsign)
        elif story.stage == "resourced" and not story.crews:
            story.stage = "attended" if story.attended else "graded"
            story.alone = story.alone if story.attended else occurred
        if name == "attended":
            story.attended, story.interim = True, 0

    def _merged(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        match name:
            case "merged":
                story.stage, story.crews = "closed", []
            case "absorbed":
                story.domestic = story.domestic or said["domestic"]
                story.contacts += [one for one in said["contacts"] if one not in story.contacts]
                story.vulnerable = story.vulnerable or said["vulnerable"]
                story.vulnerable_from = story.vulnerable_from or (occurred if said["vulnerable"] else 0)
                self._needed(story, line, occurred)
            case "reopened":
                story.stage, story.attended, story.holder = "graded" if story.grade else "opened", False, ""
                story.material, story.clock, story.needed = line["version"], occurred, occurred

    def _classified(self, story: Story, name: str, said: Line, line: Line) -> None:
        if name == "classified":
            story.no_crime = story.no_crime and said["category"] == story.what
            story.what, story.categories = said["category"], line["pack"]
            story.domestic = story.domestic or said["domestic"]
        else:
            story.crime, story.no_crime = name == "crime_recorded", name == "no_crime_found"

    def _major(self, story: Story, name: str, said: Line) -> None:
        match name:
            case "major_declared":
                dues = [(instant(due), False) for due in said["due"]]
                story.agencies = dict(zip(said["agencies"], dues, strict=True))
            case "agency_acknowledged":
                assert story.agencies is not None
                story.agencies[said["agency"]] = (story.agencies[said["agency"]][0], True)
            case "major_stood_down":
                story.agencies = None

    def _waiting(self, story: Story, name: str, said: Line, occurred: int) -> None:
        match name:
            case "target_missed":
                story.crime_late = story.crime_late or said["target"] == "crime-recording"
                story.desk_late = instant(said["due"]) if said["target"] == "desk-review" else story.desk_late
            case "reviewed":
                story.reviewed = max(story.reviewed, occurred)
            case "escalated":
                story.escalated.append((said["to"], False))
            case "escalation_acknowledged":
                story.escalated = [(to, known or to == said["to"]) for to, known in story.escalated]
            case "interim_risk_set":
                story.interim = instant(said["review_by"])
            case "update_seen":
                story.unread = 0

    def _needed(self, story: Story, line: Line, occurred: int) -> None:
        """Something material happened; where there is a result, or whoever was there has left, it is worked anew."""
        story.material = line["version"]
        if story.stage == "resulted" or (story.stage == "attended" and not story.crews):
            story.attended = story.attended and bool(story.crews)
            story.stage = "attended" if story.attended else "resourced" if story.crews else "graded"
            story.clock = story.needed = occurred

    def _expedite(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        match name:
            case "asked":
                story.partner, story.what = said["partner"], f"{said['partner']} {said['sort']}"
                self._asked(story, line, occurred)
            case "contacted":
                if story.told or not story.open:  # whoever waits for a first answer waits since they asked
                    self._asked(story, line, occurred)
                story.not_matched = story.told = False  # what is disputed stays so until it is decided anew
                story.stage, story.holder = "asked", ""
            case "verified" | "not_matched":
                story.not_matched = name == "not_matched"
            case "decided":
                story.stage, story.holder, story.disputed = "decided", said["decider"], False
            case "told" | "closed":
                story.stage, story.told = name, True
            case "disputed" | "escalated" | "escalation_acknowledged":
                if name == "disputed":
                    story.disputed, story.told, story.escalated = True, False, []
                    story.answer_from, story.pack = occurred, line["pack"]
                self._waiting(story, name, said, occurred)

    def _asked(self, story: Story, line: Line, occurred: int) -> None:
        story.stage, story.pack, story.since, story.vulnerable = "asked", line["pack"], occurred, True
        story.answer_from = occurred

    def _referral(self, story: Story, name: str, said: Line, occurred: int, _: Line) -> None:
        match name:
            case "made":
                story.stage, story.since, story.by = "made", occurred, instant(said["send_by"])
                story.what = f"{said['agency']} ({said['basis']})"
            case "sent":
                story.stage, story.by = "sent", instant(said["receive_by"])
                story.accept_within = said["accept_within_s"] * NS
            case "received":
                story.stage, story.by = "received", occurred + story.accept_within
            case "accepted" | "declined" | "ended":
                story.stage, story.by = name, 0

    def _number(self, story: Story, occurred: int, *, history: bool) -> None:
        self.days.setdefault((self._day(occurred), history), []).append(story.stream)

    def _day(self, at: int) -> str:
        return f"{datetime.fromtimestamp(at // NS, self.zone):%Y-%m-%d}"

    # What the board shows

    def items(self, now: int) -> list[Line]:
        """Return the open items as `hue board --json` lists them, in order of stream."""
        opened = [one for one in self.stories.values() if one.open]
        return [self._item(story, now) for story in sorted(opened, key=lambda one: one.stream)]

    def _item(self, story: Story, now: int) -> Line:
        due = self._due(story)
        put_off, until, alone = story.put_off
        silent = until > now and not (alone and self._is_for_two(story))
        return {
            "ref": self._ref(story, now),
            "kind": story.kind,
            "stream": story.stream,
            "queue": _queue(story),
            "owner": story.holder or _role(story),
            "stage": story.stage,
            "what": story.what,
            "grade": story.grade,
            "district": story.district,
            "since": story.since,
            "due": due,
            "overdue": due is not None and due <= now,
            "vulnerable": story.vulnerable,
            "contacts": len(story.contacts) if story.kind == "incident" else 0,
            "version": story.version,
            "broken": sum(due <= now for due in story.promises.values()),
            "escalated": _escalated(story),
            "rang": next((question for question, known in reversed(story.rang) if not known), ""),
            "unread": story.unread,
            "alerts": [*self._alerts(story, now)],
            "desk_due": self._desk_due(story) if story.for_desk else None,
            "put_off": put_off if silent else [],
            "put_off_until": until if silent else None,
            "risk": self._risk(story),
            "added_min": self.order["added_min"],
        }

    def _is_for_two(self, story: Story) -> bool:
        """Tell whether nobody may put off alone what calls about it."""
        most_urgent = next(iter(self.packs[story.pack][0])) if story.grade else ""
        return story.vulnerable or story.domestic or (bool(story.grade) and story.grade == most_urgent)

    def _risk(self, story: Story) -> int:
        if story.kind == "contact":
            lane = _queue(story) == "partner"
            return self.order["expedite" if lane else "emergency" if story.channel == "999" else "contact"]
        if story.kind == "referral":
            return self.order["vulnerable" if story.by else "contact"]
        if story.kind == "expedite":
            return self.order["contact" if story.stage == "told" else "expedite"]
        graded = self.packs[story.pack][0][story.grade]["risk"] if story.grade else self.order["ungraded"]
        return int(graded) + (self.order["vulnerable"] if story.vulnerable else 0)

    def _alerts(self, story: Story, now: int) -> Iterator[str]:
        """Yield what else calls for somebody, in words."""
        on = {crew.callsign: crew for crew in self.crews.values() if crew.on == story.stream}
        for crew in (on[callsign] for callsign in story.crews if callsign in on):
            if crew.emergency or crew.unheard:
                yield f"{crew.callsign} {'EMERGENCY' if crew.emergency else 'not heard of'}"
        listed = {crew.callsign for crew in self.crews.values()}
        yield from (f"{callsign} is not on the list" for callsign in story.crews if callsign not in listed)
        if story.agencies is not None:
            yield "MAJOR INCIDENT"
            for agency, (due, knows) in story.agencies.items():
                if not knows and due <= now:
                    yield f"{agency} has not said that it knows"
        yield from self._of_partners(story)
        if story.late and story.stage == "abandoned":
            yield "nobody rang back"
        if story.seen_at is not None and not story.seen_at[1]:
            yield "caller location cannot be true"
        elif story.seen_at is not None and now - story.seen_at[0] > STALE_AFTER_S * NS:
            yield "caller location stale"
        known = {crew.district for crew in self.crews.values()} | {district for _, district, _ in self.covers}
        if story.kind in ("contact", "incident") and known and story.district not in (*known, "unknown"):
            yield f"no district {story.district} is known"
        yield from ("bring up" for due in story.bring_ups.values() if due <= now)

    def _of_partners(self, story: Story) -> Iterator[str]:
        codes = {code for partner, sites in self.partners.values() for code in (partner, *sites)}
        if story.disputed:
            yield "the partner disputes the decision"
        if story.not_matched:
            yield "NOT as the partner is registered"
        if story.kind == "expedite" and codes and story.partner not in codes:
            yield f"{story.partner} is not registered"
        if story.stage == "declined":
            yield "agency declined: refer to another, or say what comes of it"
        if story.for_desk and story.desk_late > max(story.looked, story.desk_from):
            yield "vulnerability desk has not looked at it"

    def _due(self, story: Story) -> int | None:
        dues = {
            "contact": self._recalls,
            "incident": self._targets,
            "expedite": self._answers,
            "referral": lambda one: [one.by] if one.by else [],
        }[story.kind]
        return min([*story.promises.values(), *dues(story)], default=None)

    def _recalls(self, story: Story) -> Iterator[int]:
        every_s, wanted = self.recall
        if story.stage == "abandoned" and not story.reached and story.tried < wanted:
            yield max(story.lost, story.rung_back) + every_s * NS

    def _answers(self, story: Story) -> Iterator[int]:
        if not story.told:
            yield story.answer_from + self.packs[story.pack][1] * NS

    def _targets(self, story: Story) -> Iterator[int]:
        yield from (due for due, knows in (story.agencies or {}).values() if not knows)
        if story.interim and not story.attended and story.stage != "resulted":
            yield story.interim
        crimes, within_s = self.crimes[story.categories]
        if (
            story.what in crimes
            and not story.crime
            and not story.no_crime
            and (story.crime_late or story.stage != "opened")
        ):
            yield story.opened + within_s * NS
        if story.for_desk:
            yield self._desk_due(story)
        if story.attended or story.stage not in ("graded", "resourced"):
            return
        row = self.packs[story.pack][0][story.grade]
        reviewed = max(story.reviewed, story.clock)
        waits = story.stage == "graded"
        from_when = {"attend_within_s": story.clock}
        if waits:
            from_when |= {"resource_within_s": story.clock, "review_every_s": reviewed}
        yield from (since + row[name] * NS for name, since in from_when.items() if name in row)

    def _desk_due(self, story: Story) -> int:
        within_s, every_s = self.desk
        anew = story.looked >= story.desk_from
        return story.looked + every_s * NS if anew else story.desk_from + within_s * NS

    def _ref(self, story: Story, now: int) -> str:
        if story.kind != "incident":
            return story.kind[0] + tail(story.stream)
        day, today = self._day(story.opened), self._day(now)
        place = str(self.days[day, story.history].index(story.stream) + 1)
        if day == today:
            return place
        year, month, number = day.split("-")
        return f"{place} of {number}/{month}" + ("" if year == today[:4] else f"/{year}")


def _queue(story: Story) -> str:
    if story.kind in ("expedite", "referral"):
        return {"expedite": "partner", "referral": "referral"}[story.kind]
    if story.kind == "contact":
        if story.stage in ("ringing", "abandoned") and story.site and story.channel != "999":
            return "partner"
        return {"ringing": "waiting", "abandoned": "recall"}.get(story.stage, "parked" if story.parked else "in-hand")
    if story.stage == "resulted":
        return "closing"
    if story.assessed <= story.material:
        return "assess"
    return {"opened": "grade", "graded": "dispatch"}.get(story.stage, "deployed")


def _role(story: Story) -> str:
    """Return the role whose queue an item without a person stands in."""
    if story.kind == "incident":
        return "handler" if story.stage == "opened" else "dispatcher"
    return "handler" if story.kind == "contact" and _queue(story) != "partner" else "vulnerability"


def _escalated(story: Story) -> str:
    """Return to whom something went last that nobody knows of: a wait for as long as it waits, a dispute until it is settled."""
    waits = story.disputed if story.kind == "expedite" else story.stage == "graded"
    return next((to for to, known in reversed(story.escalated) if waits and not known), "")


def kind_of(stream: str) -> str | None:
    """Return the kind of a stream of ours that is worked: version 8, and the eight bits behind that number."""
    digits = stream.replace("-", "")
    if len(digits) != 32 or digits[12] != "8" or digits[16] not in "89ab":
        return None
    return KINDS.get(int(digits[13:15], 16))


def tail(stream: str) -> str:
    """Return the last four letters of a stream's number, five bits each."""
    number = int(stream.replace("-", ""), 16)
    return "".join(LETTERS[number >> shift & 31] for shift in (15, 10, 5, 0))


def instant(text: str | None) -> int:
    """Return an instant of RFC 3339 in UTC with nanoseconds."""
    if text is None:
        return 0
    whole, _, rest = text.removesuffix("Z").partition(".")
    seconds = datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp()
    return int(seconds) * NS + int(rest)


def lines_of(text: str) -> list[Line]:
    """Return the facts that `hue journal --json` printed."""
    return [json.loads(line) for line in text.splitlines()]


def upto(lines: Iterable[Line], position: int | None = None, moment: int | None = None) -> Iterator[Line]:
    """Yield the lines up to a position, or recorded up to a moment; a line without a moment has that of the one before."""
    for line in lines:
        if position is not None and line["position"] > position:
            return
        if moment is not None and line["recorded"] is not None and instant(line["recorded"]) > moment:
            return
        yield line
