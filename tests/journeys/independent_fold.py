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
KINDS = {1: "contact", 2: "incident", 3: "expedite"}
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
    district: str = "unknown"
    holder: str = ""
    grade: str = ""
    vulnerable: bool = False
    contacts: list[str] = field(default_factory=list)
    opened: int = 0
    clock: int = 0
    material: int = 0
    assessed: int = 0
    history: bool = False
    attended: bool = False
    pack: str = ""
    reviewed: int = 0
    promises: dict[int, int] = field(default_factory=dict)
    escalated: list[tuple[str, bool]] = field(default_factory=list)


class IndependentBoard:
    """The board after some lines of the journal."""

    def __init__(self) -> None:
        self.stories: dict[str, Story] = {}
        self.zone = ZoneInfo("UTC")
        self.packs: dict[str, tuple[dict[str, Line], int]] = {}
        self.order: dict[str, int] = {}
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
        return self

    def _policy(self, name: str, said: Line) -> None:
        if name == "policy.established":
            self.zone = ZoneInfo(said["zone"])
        if name == "policy.adopted" and said["kind"] == "grades":
            pack = tomllib.loads(bytes.fromhex(said["content"]).decode())
            targets_s = {one["code"]: one for one in pack["grade"]}
            self.packs[said["digest"]] = (targets_s, pack["expedite_answer_within_s"])
            self.order = pack["order"]

    def _record(self, story: Story, name: str, said: Line, _: int, line: Line) -> None:
        match name:
            case "promised":
                story.promises[line["version"]] = instant(said["due"])
            case "promise_kept" | "promise_released":
                del story.promises[said["number"]]

    def _contact(self, story: Story, name: str, said: Line, occurred: int, _: Line) -> None:
        match name:
            case "rang":
                story.stage, story.what, story.since = "ringing", said["channel"], occurred
            case "answered":
                story.stage, story.holder = "answered", said["handler"]
            case "abandoned":
                story.stage, story.holder = "abandoned", ""
            case "located":
                story.district = said["district"]
            case "linked" | "resolved" | "transferred" | "closed":
                story.stage = name
            case "loaded":
                story.stage, story.history = "closed", True

    def _incident(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        match name:
            case "opened":
                story.stage, story.what, story.holder = "opened", said["category"], said["holder"]
                story.contacts = [said["contact"]] if said["contact"] else []
                story.since = story.opened = story.clock = occurred
                story.material = line["version"]
                self._number(story, occurred)
            case "loaded":
                story.stage, story.history, story.since = "closed", True, occurred
                self._number(story, occurred)
            case "located":
                story.district = said["district"]
            case "contacted" | "changed":
                story.contacts += [said["contact"]] if name == "contacted" else []
                self._reopened(story, line, occurred)
            case "assessed":
                story.assessed, story.vulnerable, story.reviewed = line["version"], said["vulnerable"], occurred
            case "graded":
                story.stage, story.grade, story.holder = "graded", said["grade"], ""
                story.pack = line["pack"]
            case "regraded":
                story.grade, story.pack = said["grade"], line["pack"]
                story.clock = occurred if said["more_urgent"] else story.opened
            case "owned":
                story.holder = said["owner"]
            case "reviewed" | "escalated" | "escalation_acknowledged":
                self._waiting(story, name, said, occurred)
            case "resourced" | "attended" | "resulted" | "closed":
                story.stage = name
                story.attended = story.attended or name == "attended" or (name == "resulted" and said["attended"])

    def _waiting(self, story: Story, name: str, said: Line, occurred: int) -> None:
        match name:
            case "reviewed":
                story.reviewed = occurred
            case "escalated":
                story.escalated.append((said["to"], False))
            case "escalation_acknowledged":
                story.escalated = [(to, known or to == said["to"]) for to, known in story.escalated]

    def _reopened(self, story: Story, line: Line, occurred: int) -> None:
        story.material = line["version"]
        if story.stage == "resulted":
            story.clock = occurred
            story.stage = "attended" if story.attended else "graded"

    def _expedite(self, story: Story, name: str, said: Line, occurred: int, line: Line) -> None:
        match name:
            case "asked":
                story.pack = line["pack"]
                story.stage, story.what = "asked", f"{said['partner']} {said['sort']}"
                story.since, story.vulnerable = occurred, True
            case "decided":
                story.stage, story.holder = "decided", said["decider"]
            case "told" | "closed":
                story.stage = name

    def _number(self, story: Story, occurred: int) -> None:
        self.days.setdefault((self._day(occurred), story.history), []).append(story.stream)

    def _day(self, at: int) -> str:
        return f"{datetime.fromtimestamp(at // NS, self.zone):%Y-%m-%d}"

    # What the board shows

    def items(self, now: int) -> list[Line]:
        """Return the open items as `hue board --json` lists them, in order of stream."""
        opened = [one for one in self.stories.values() if not one.history and one.stage not in ("none", "closed")]
        return [self._item(story, now) for story in sorted(opened, key=lambda one: one.stream)]

    def _item(self, story: Story, now: int) -> Line:
        due = self._due(story)
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
            "contacts": len(story.contacts),
            "version": story.version,
            "broken": sum(due <= now for due in story.promises.values()),
            "escalated": next(
                (to for to, known in reversed(story.escalated) if not known and story.stage == "graded"), ""
            ),
            "risk": self._risk(story),
            "added_min": self.order["added_min"],
        }

    def _risk(self, story: Story) -> int:
        if story.kind == "contact":
            return self.order["emergency" if story.what == "999" else "contact"]
        if story.kind == "expedite":
            return self.order["contact" if story.stage == "told" else "expedite"]
        graded = self.packs[story.pack][0][story.grade]["risk"] if story.grade else self.order["ungraded"]
        return int(graded) + (self.order["vulnerable"] if story.vulnerable else 0)

    def _due(self, story: Story) -> int | None:
        return min([*story.promises.values(), *self._targets(story)], default=None)

    def _targets(self, story: Story) -> list[int]:
        if story.kind == "expedite":
            return [story.since + self.packs[story.pack][1] * NS] if story.stage in ("asked", "decided") else []
        if story.attended or story.stage not in ("graded", "resourced"):
            return []
        row = self.packs[story.pack][0][story.grade]
        reviewed = max(story.reviewed, story.clock)
        waits = story.stage == "graded"
        from_when = {"attend_within_s": story.clock}
        if waits:
            from_when |= {"resource_within_s": story.clock, "review_every_s": reviewed}
        return [since + row[name] * NS for name, since in from_when.items() if name in row]

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
    if story.kind == "expedite":
        return "partner"
    if story.kind == "contact":
        return {"ringing": "waiting", "abandoned": "recall"}.get(story.stage, "in-hand")
    if story.stage == "resulted":
        return "closing"
    if story.assessed <= story.material:
        return "assess"
    return {"opened": "grade", "graded": "dispatch"}.get(story.stage, "deployed")


def _role(story: Story) -> str:
    """Return the role whose queue an item without a person stands in."""
    if story.kind == "incident":
        return "handler" if story.stage == "opened" else "dispatcher"
    return "handler" if story.kind == "contact" else "vulnerability"


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
