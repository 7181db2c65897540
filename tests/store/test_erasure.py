"""After an erasure the words of a record are nowhere: not in a file, not behind the door, whoever typed them and wherever.

Theory of operation. A night is played in which three roles type a word of their own into every place of the grammar that
takes words; the test holds the script against the table of verbs, so that a new verb cannot be forgotten. Each word is
unlike any other, so that a finding tells where it was typed. Two people then erase the records, and every file of the
store and of its key folder is searched, as it stands, in hexadecimal and in base64. What may stay was named before.
"""

import base64
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hueandcry.domain.check import CheckRequested
from hueandcry.domain.contact import Rang
from hueandcry.domain.duty import Role
from hueandcry.domain.episode import EpisodeBegun
from hueandcry.domain.expedite import Asked
from hueandcry.domain.fact import Erasure
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.incident import Opened
from hueandcry.domain.nominal import NominalRegistered
from hueandcry.domain.partner import PartnerRegistered
from hueandcry.domain.reference import stream_text
from hueandcry.domain.referral import Made
from hueandcry.domain.reminder import BringUpSet
from hueandcry.domain.replay import digest
from hueandcry.domain.staff import Proposed
from hueandcry.operator import erasing, keeping
from hueandcry.operator.desk import Desk
from hueandcry.operator.grammar import SlotKind
from hueandcry.operator.verbs import VERBS, carry_out
from hueandcry.operator.watch import Watch
from hueandcry.store import erasure
from hueandcry.store.backup import back_up
from hueandcry.store.evidence import Examination
from hueandcry.store.keyring import open_keyring
from hueandcry.store.records import blank
from hueandcry.store.verify import verify
from tests.staging import Founded

# `*` stands for a word of its own in each line; (h) (d) (s) are the roles that type it. @c @i @e @n @r are the last contact,
# incident, expedite, person and referral, @j and @m the incident and the person before, @k and @b the numbers of the last
# check and the last bring-up.
NIGHT = """
    (h) ring 999 *
    (h) answer @c
    (h) note @c *
    (h) looked @c household *
    (h) fix @c 3 *
    (h) locate @c SOUTH *
    (h) triage @c situation now *
    (h) triage @c threat present *
    (h) triage @c risk some *
    (h) triage @c investigation some *
    (h) triage @c vulnerability child *
    (h) notasked @c engagement unsafe *
    (h) triage @c age *
    (h) silent @c heard *
    (h) talks @c interpreter polish *
    (h) callerat @c aml *
    (h) putoff @c 20m *
    (h) place @c #1 *
    (h) advise @c evidence *
    (h) park @c *
    (h) answer @c
    (h) open @c domestic *
    (h) assess @i *
    (h) grade @i 2 *
    (d) note @i *
    (s) note @i *
    (d) change @i *
    (d) assess @i threat=weapon *
    (d) grade @i 1 *
    (w) tick
    (d) ack @i 4455 *
    (d) review @i *
    (d) promise @i arrival 20m *
    (d) promise @i call-back 20m *
    (d) kept @i call-back *
    (d) release @i arrival *
    (d) locate @i SOUTH *
    (d) interim @i high 20m *
    (d) check @i pnc * / *
    (d) returned @i @k found *
    (d) bringup @i 20m *
    (d) done @i @b *
    (d) ndm @i * / * / * / * / *
    (d) back 5m note @i *
    (d) send @i AB12
    (d) arrive @i
    (d) clear AB12 *
    (d) major @i * / * / * / * / * / *
    (d) tell @i fire *
    (d) knows @i fire *
    (d) knows @i ambulance *
    (d) knows @i council *
    (d) knows @i btp *
    (d) standdown @i *
    (d) own @i
    (d) hand @i 5501 *
    (d) told @i *
    (d) change @i *
    (d) assess @i *
    (d) result @i advice *
    (d) close @i *
    (d) reopen @i *
    (d) classify @i violence weapon *
    (d) nocrime @i *
    (d) assess @i *
    (d) told @i *
    (d) result @i advice *
    (d) close @i *
    (h) close @c *
    (h) open - theft *
    (h) tie @i @j series *
    (h) open - welfare *
    (h) merge @i @j *
    (h) assess @j situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-advice *
    (h) grade @j 5 *
    (h) nocrime @j *
    (h) result @j advice *
    (h) close @j *
    (h) ring 999 *
    (h) abandon @c
    (h) recall @c voicemail *
    (h) recall @c spoke *
    (h) notasked @c all line-lost *
    (h) close @c *
    (h) ring 101 *
    (h) answer @c
    (h) transfer @c ward-12 *
    (h) close @c *
    (h) ring partner *
    (h) answer @c
    (s) partner mft nhs Trust
    (s) site mft ward-12 Ward / 0161 496 0112
    (s) site mft ward-13 Ward / 0161 496 0113
    (s) named mft ward-12 * / * / *
    (s) forget mft 4 *
    (s) unsite mft ward-13 *
    (s) expedite ward-12 walkout @c * / 0161 496 0112 / *
    (s) verify @e call-back 0161 496 0112 *
    (s) note @e *
    (s) question @e rq-wanted *
    (s) level @e missing-person medium *
    (s) research @e local *
    (s) safeguard @e reduce *
    (s) form @e ph-places *
    (s) decide @e accept *
    (s) dispute @e *: *
    (d) decide @e accept *
    (s) again @e - *
    (s) verify @e call-back 0161 496 0112 *
    (s) decide @e accept *
    (s) tellback @e *: *
    (s) handback @e *: *
    (s) found @e *
    (s) refer @e mash child-protection * / *
    (s) close @e *
    (s) sent @r *
    (s) agency @r accepted message * / *
    (s) outcome @r *
    (s) unpartner mft *
    (s) open - domestic *
    (s) assess @i situation=now threat=none risk=low investigation=none vulnerability=child engagement=wants-advice *
    (s) desk @i higher *
    (s) assess @i situation=now threat=none risk=low investigation=none vulnerability=child engagement=wants-advice *
    (s) grade @i 4 *
    (s) told @i *
    (s) result @i advice *
    (s) close @i *
    (h) triage @c situation past *
    (h) triage @c threat none *
    (h) triage @c risk low *
    (h) triage @c investigation none *
    (h) triage @c vulnerability none *
    (h) triage @c engagement wants-advice *
    (h) resolve @c advice *
    (h) close @c *
    (h) person *
    (h) person *
    (h) detail @n looks *
    (h) strike @n 2 *
    (h) marker @n violent high pnc *
    (h) remark @n 5 *
    (s) unmark @n 5 *
    (h) same @n @m *
    (h) apart @n @m *
    (h) involve @c @n caller *
    (h) uninvolve @c @n caller *
"""
LISTED = "Riverside Gardens Nursing Home"
NOT_ABOUT_A_RECORD = {
    "partner": "what an organisation is called is public",
    "site": "what a site is called is public, and so is its number",
    "register": "a member's name stands in the member's own record",
    "decline": "why a proposal was declined stands in the record of whoever declined it, and is named",
    "erase": "the authority for an erasure outlives what it erases",
    "heard": "what a crew said of itself stands in the crew's own record",
    "emergency": "what a crew called for help with stands in the crew's own record",
    "fault": "what is wrong with the system stands in the force's policy, and never leaves it",
}


class Night:
    """The night as it was played: the store, its desks, the records and the words that were typed into each."""

    def __init__(self, path: Path) -> None:
        self.stage = Founded(path / "store")
        self.room = self.stage.room
        self.path = path
        self.desks = {
            "(h)": self.stage.desk("2211", Role.HANDLER),
            "(d)": self.stage.desk("3311", Role.DISPATCHER, Role.SUPERVISOR),
            "(s)": self.stage.desk("5501", Role.SUPERVISOR, Role.VULNERABILITY),
        }
        self.words: list[str] = []
        self.records: list[str] = []
        self._names: dict[str, str] = {}
        self.stage.list_places("1 Mill Lane", LISTED)
        for line in NIGHT.strip().splitlines():
            self.play(line.strip())

    def play(self, line: str) -> None:
        who, text = line.split(" ", 1)
        if who == "(w)":
            Watch(self.room).tick()
            return
        while "*" in text:
            self.words.append(f"word{len(self.words):03d}of{who[1]}unlike-any-other")
            text = text.replace("*", self.words[-1], 1)
        for sign, name in self._names.items():
            text = text.replace(f"@{sign}", name)
        self.stage.pass_time(7)
        for entry in carry_out(self.desks[who], text):
            sign = {
                Rang: "c",
                Opened: "i",
                Asked: "e",
                NominalRegistered: "n",
                Made: "r",
                EpisodeBegun: "f",
                PartnerRegistered: "q",
            }.get(type(entry.fact))
            number = {CheckRequested: "k", BringUpSet: "b"}.get(type(entry.fact))
            if number:
                self._names[number] = str(entry.version)
            before = {"i": "j", "n": "m"}.get(sign or "")
            if before and sign in self._names:
                self._names[before] = self._names[sign]
            if sign:
                self._names[sign] = stream_text(entry.stream)
                self.records.append(stream_text(entry.stream))
            if isinstance(entry.fact, Proposed):
                self._names["p"] = f"p{entry.fact.tail}"

    def erase(self, record: str) -> bytes:
        """Propose, approve and carry out the erasure of a record."""
        self.play(f"(s) propose erase {record} MoPI review 2026/114")
        self.play("(d) approve @p")
        stream = bytes.fromhex(record.replace("-", ""))
        erasing.carry_out(self.room, stream)
        return stream

    def files(self) -> Iterator[tuple[Path, bytes]]:
        for folder in (self.room.folder.path, self.room.key_folder.path):
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    yield path, path.read_bytes()

    def holding(self, word: str) -> set[str]:
        """Return the names of the files that hold a word, however it is spelt."""
        raw = word.encode()
        spelt = (raw, raw.hex().encode(), base64.b64encode(raw)[:-4], raw.decode().encode("utf-16-le"))
        return {path.name for path, content in self.files() for one in spelt if one in content}


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    played = Night(tmp_path)
    yield played
    played.stage.close()


def test_every_verb_that_takes_words_is_typed_into_by_the_night() -> None:
    taking = {verb.name for verb in VERBS if any(slot.kind is SlotKind.WORDS for slot in verb.slots)}
    typed = {line.split()[1] for line in NIGHT.strip().splitlines() if "*" in line}
    assert taking - typed == set(NOT_ABOUT_A_RECORD)


def test_no_word_that_was_typed_stands_in_a_file_before_or_after_the_erasure(night: Night) -> None:
    board = night.room.folder.board
    night.room.board.save(board)
    assert len(night.words) > 100
    assert [word for word in night.words if night.holding(word)] == []
    for record in night.records:
        night.erase(record)
    night.room.board.save(board)
    assert [word for word in night.words if night.holding(word)] == []


def test_no_word_of_an_erased_record_comes_out_of_the_door_again(night: Night) -> None:
    stage, streams = night.stage, [night.erase(record) for record in night.records]
    shown = [str(entry.fact) for stream in streams for entry in stage.founder.door.stream(stream, "test")]
    everything = " ".join(map(str, stage.founder.door.open(night.room.journal.entries(), "test")))
    assert not [word for word in night.words if word in " ".join(shown)]
    assert not [word for word in night.words if word in everything]


def test_an_erasure_changes_no_digest_of_a_position_before_it_and_no_root(night: Night) -> None:
    journal = night.room.journal
    position = journal.tip().size

    def replayed() -> tuple[str, bytes]:
        root = journal.root_at(position)
        return digest(position, root, journal.streams(position), blank), root

    before = replayed()
    for record in night.records:
        night.erase(record)
    assert replayed() == before


def test_an_erased_store_verifies_and_counts_what_it_cannot_open(night: Night) -> None:
    sealed = verify(night.room.journal, seals=night.room.journal.seals).opened
    for record in night.records:
        night.erase(record)
    examined = Examination(
        night.room.folder, night.room.journal, night.room.key_folder, night.room.journal.seals
    ).examine()
    assert examined.findings == ()
    assert examined.journal.unopened >= sum("*" in line for line in NIGHT.splitlines())
    assert examined.journal.opened < sealed


def test_a_row_that_was_never_recorded_is_named_and_may_stay(night: Night) -> None:
    word = next(word for word in night.words if word.startswith("word001"))
    with open(night.room.folder.side_file("rows.csv.1.rejected.csv"), "w") as file:
        file.write(f"2,not a moment,{word}\n")
    record = night.room.board.record(bytes.fromhex(night.records[0].replace("-", "")))
    assert record is not None
    named = [place for place in erasing.listed(night.room, record).places if "rejected" in place.path]
    assert [bool(place.stays) for place in named] == [True]
    stream = night.erase(night.records[0])
    erased = night.room.board.record(stream)
    assert erased is not None
    assert erased.erasure is Erasure.COMPLETED
    assert len(night.holding(word)) == 1


def test_words_found_where_they_must_not_be_keep_the_erasure_pending_and_the_key(night: Night) -> None:
    word = night.words[1]
    leak = night.room.folder.path / "draft"
    leak.write_text(word)
    record = night.records[0]
    night.play(f"(s) propose erase {record} MoPI review 2026/114")
    night.play("(d) approve @p")
    stream = bytes.fromhex(record.replace("-", ""))
    with pytest.raises(Unavailable, match="draft still holds"):
        erasing.carry_out(night.room, stream)
    held = night.room.board.record(stream)
    assert held is not None
    assert held.erasure is Erasure.PENDING
    assert not night.room.journal.seals.keyring.destroyed(erasure.keys_of(night.room.journal.stream_rows(stream))[0])
    leak.unlink()
    erasing.carry_out(night.room, stream)
    done = night.room.board.record(stream)
    assert done is not None
    assert done.erasure is Erasure.COMPLETED


def test_words_that_the_gazetteer_lists_too_are_nobodys_and_keep_no_erasure_pending(night: Night) -> None:
    night.play("(h) ring 101")
    night.play("(h) answer @c")
    night.play(f"(h) locate @c SOUTH {LISTED}")
    night.play("(h) abandon @c")
    night.play("(h) recall @c spoke")
    night.play("(h) notasked @c all line-lost")
    night.play("(h) close @c")
    stream = night.erase(night._names["c"])
    erased = night.room.board.record(stream)
    assert erased is not None
    assert erased.erasure is Erasure.COMPLETED
    assert "gazetteer.db" in night.holding(LISTED)


def test_a_key_is_destroyed_in_its_backup_too_and_named_where_that_is_out_of_reach(
    night: Night, tmp_path: Path
) -> None:
    from hueandcry.domain.adoption import NoteBackup
    from hueandcry.domain.policy import POLICY_STREAM
    from hueandcry.operator.desk import Act

    keys = tmp_path / "keys-away"
    night.room.sign_checkpoint()
    copied = back_up(night.room.folder, tmp_path / "facts-away", keys, night.room.key_folder, lambda _: None)
    away = [str(keys / "keys.db"), str(tmp_path / "lost" / "keys.db")]
    for place in away:
        night.stage.founder.do([Act(POLICY_STREAM, NoteBackup(copied.size, copied.root, "facts", place))])
    stream = night.erase(night.records[0])
    (key,) = erasure.keys_of(night.room.journal.stream_rows(stream))
    kept = open_keyring(keys / "keys.db", night.room.journal.seals.kek)
    assert kept.destroyed(key)
    kept.close()
    completed = [entry.fact for entry in night.room.journal.stream(stream)][-1]
    assert getattr(completed, "left", ()) == ("key-backup",)


def test_an_erasure_that_ended_before_it_came_to_a_backup_of_the_keys_is_carried_out_there_too(
    night: Night, tmp_path: Path
) -> None:
    """Whoever carries on finds the key gone here, and must not take that for everywhere."""
    keys = tmp_path / "keys-away"
    keeping.backup(night.room, tmp_path / "facts-away", keys, session=night.stage.founder.signed.session, json=True)
    night.play(f"(s) propose erase {night.records[0]} MoPI review 2026/114")
    night.play("(d) approve @p")
    stream = bytes.fromhex(night.records[0].replace("-", ""))
    (key,) = erasure.keys_of(night.room.journal.stream_rows(stream))
    night.room.journal.seals.keyring.destroy(key)  # and here the process ended
    erasing.carry_out(night.room, stream)
    with closing(open_keyring(keys / "keys.db", night.room.journal.seals.kek)) as kept:
        assert kept.destroyed(key)


def test_a_copy_of_the_keys_that_was_never_finished_is_found_by_an_erasure(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the keys go is recorded before they do; the power may go before it is recorded that they went."""

    class PowerCut(BaseException):
        pass

    def cut(*_: object) -> None:
        raise PowerCut

    keys = tmp_path / "keys-away"
    monkeypatch.setattr("hueandcry.store.backup.examine_copy", cut)
    monkeypatch.setattr("hueandcry.store.backup.withdraw", lambda _: None)
    with pytest.raises(PowerCut):
        keeping.backup(night.room, tmp_path / "facts-away", keys, session=night.stage.founder.signed.session, json=True)
    stream = night.erase(night.records[0])
    (key,) = erasure.keys_of(night.room.journal.stream_rows(stream))
    with closing(open_keyring(keys / "keys.db", night.room.journal.seals.kek)) as kept:
        assert kept.destroyed(key)


def test_a_copy_of_the_keys_that_broke_off_and_was_taken_away_is_no_place_to_look(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr("hueandcry.store.backup.examine_copy", full)
    with pytest.raises(Unavailable, match="the disk is full"):
        keeping.backup(
            night.room,
            tmp_path / "facts-away",
            tmp_path / "keys-away",
            session=night.stage.founder.signed.session,
            json=True,
        )
    assert not (tmp_path / "keys-away").exists()
    assert erasing.key_backups(night.room) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("erase @open MoPI", "still worked on"),
        ("erase @closed MoPI", "second look"),
        ("propose erase @open MoPI", "still worked on"),
    ],
)
def test_an_erasure_is_refused_in_the_words_of_the_rule(night: Night, line: str, rule: str) -> None:
    (ringing,) = carry_out(night.desks["(h)"], "ring 999 07700900123")
    line = line.replace("@open", stream_text(ringing.stream)).replace("@closed", night.records[0])
    with pytest.raises(Refused, match=rule):
        carry_out(night.desks["(s)"], line)


def test_nobody_approves_an_erasure_of_their_own(night: Night) -> None:
    night.play(f"(s) propose erase {night.records[0]} MoPI review 2026/114")
    tail = next(p.tail for member in night.room.board.staff.values() for p in member.proposals)
    with pytest.raises(Refused, match="their own proposal"):
        carry_out(night.desks["(s)"], f"approve p{tail}")


def test_a_handler_may_neither_erase_nor_approve_an_erasure(night: Night) -> None:
    handler: Desk = night.desks["(h)"]
    with pytest.raises(Refused, match=re.escape("supervisor or administrator")):
        carry_out(handler, f"propose erase {night.records[0]} MoPI")
    night.play(f"(s) propose erase {night.records[0]} MoPI")
    tail = next(p.tail for member in night.room.board.staff.values() for p in member.proposals)
    with pytest.raises(Refused, match=re.escape("supervisor or administrator")):
        carry_out(handler, f"approve p{tail}")
