"""The command keeps its manners: one sentence and a code for whatever goes wrong, and machines can read the rest."""

import io
import json
import os
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from hueandcry.domain.duty import Place
from hueandcry.domain.staff import SignOn, staff_stream
from hueandcry.operator import cli
from hueandcry.operator.bootstrap import Founding, Room, found
from hueandcry.operator.desk import Act, Desk, Signed
from hueandcry.operator.identity import Identity
from hueandcry.operator.verbs import carry_out
from hueandcry.store.folder import StoreFolder
from tests.hostile import CORPUS
from tests.journeys.session import command, environment, hue, start

REFUSED, USAGE, DAMAGED, UNAVAILABLE, INTERRUPTED = 1, 2, 3, 5, 130
NIGHT = """
ring 999 07700 900123
answer .
open . domestic shouting next door
assess . situation=now threat=weapon risk=serious investigation=some vulnerability=child engagement=wants-police
g1 .
"""
COMMANDS: tuple[tuple[str, ...], ...] = (
    (),
    ("init",),
    ("signon",),
    ("passphrase",),
    ("phrase",),
    ("do",),
    ("board",),
    ("queues",),
    ("wall",),
    ("show",),
    ("log",),
    ("explain",),
    ("journal",),
    ("replay",),
    ("verify",),
    ("watch",),
    ("demo",),
    ("keys",),
    ("intake",),
    ("intake", "load"),
    ("access",),
    ("erase",),
    ("pack",),
    ("pack", "list"),
    ("pack", "show"),
    ("pack", "check"),
    ("pack", "diff"),
    ("pack", "adopt"),
    ("pack", "try"),
    ("ask",),
    ("coverage",),
    ("checks",),
    ("contribution",),
    ("partners",),
    ("desk",),
    ("review",),
    ("sample",),
    ("agreement",),
    ("units",),
    ("who",),
    ("duplicates",),
    ("proposals",),
    ("crimes",),
    ("regrades",),
    ("faults",),
    ("paper",),
    ("gazetteer",),
    ("gazetteer", "load"),
    ("gazetteer", "find"),
    ("spool",),
    ("spool", "list"),
    ("spool", "deliver"),
    ("spool", "drop"),
    ("share",),
    ("share", "agree"),
    ("share", "list"),
    ("share", "export"),
    ("share", "verify"),
    ("share", "import"),
    ("store",),
    ("store", "info"),
    ("store", "backup"),
    ("store", "restore"),
)
READING: tuple[tuple[str, ...], ...] = (
    ("board",),
    ("show", "1"),
    ("log", "1"),
    ("explain", "1"),
    ("journal",),
    ("replay",),
    ("replay", "--digest"),
    ("verify",),
    ("access", "1"),
    ("erase", "1", "--dry-run"),
    ("queues",),
    ("wall",),
    ("pack", "list"),
    ("pack", "diff", "grades-2022"),
    ("pack", "try", "thrive-2022"),
    ("ask",),
    ("coverage",),
    ("checks",),
    ("contribution",),
    ("partners",),
    ("desk",),
    ("partners", "--waits"),
    ("sample", "5"),
    ("agreement",),
    ("units",),
    ("duplicates", "1"),
    ("crimes",),
    ("regrades",),
    ("faults",),
    ("gazetteer", "find", "Mill"),
    ("share", "list"),
    ("store", "info"),
)
WORKING: tuple[tuple[str, ...], ...] = (
    (),
    ("do", "ring", "999"),
    ("do", "--script", "night.txt"),
    ("signon", "2211"),
    ("passphrase", "2211", "--passphrase-file", "passphrase"),
    ("watch", "--once"),
    ("review", "1", "--blind"),
    ("intake", "load", "calls.csv", "--map", "nashville"),
    ("erase", "1", "--authority", "MoPI review"),
    ("store", "backup", "copy"),
    ("share", "agree", "MPS", "--key", f"hueandcry/MPS/x+00000000+{'A' * 44}"),
    ("share", "export", "1", "--to", "MPS", "--file", "out.cmx"),
    ("share", "import", "calls.csv"),
    ("pack", "adopt", "grades-2022", "thrive-2022"),
    ("paper",),
    ("gazetteer", "load", "places.csv"),
)


def spelt(words: tuple[str, ...]) -> str:
    return " ".join(("hue", *words)).encode("ascii", "backslashreplace").decode()


# A store to work on: made once, copied for each test


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made")
    room, signed = found(home / "store", Founding("GMP", "Greater Manchester Police", "2211", keys=home / "keys"))
    desk = Desk(room.journal, room.board, room.identity, signed)
    for line in NIGHT.strip().splitlines():
        carry_out(desk, line)
    room.close()
    (home / "night.txt").write_text(NIGHT)
    (home / "passphrase").write_text("four wet elephants\n")
    (home / "calls.csv").write_text("ts\n2020-05-03 14:05\n")
    (home / "places.csv").write_text("name,district\n12 Mill Lane,CENTRAL\n")
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home"))


class Ended(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, which is quick; an exception that comes through is what a user would see."""
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(home)

    def go(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["hue", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        with pytest.raises(SystemExit) as end:
            cli.main()
        code = end.value.code
        assert isinstance(code, int)
        return Ended(code, *capsys.readouterr())

    return go


def well_told(ended: Ended) -> None:
    """Assert that standard error is sentences for people, and no news of a programming error."""
    assert "Traceback" not in ended.err + ended.out
    assert "should not happen" not in ended.err
    lines = ended.err.splitlines()
    assert lines
    assert all(line.startswith("hue: ") for line in lines), ended.err


# Help


@pytest.mark.parametrize("words", COMMANDS, ids=spelt)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_explains_itself_without_a_store(words: tuple[str, ...], option: str, run: Run) -> None:
    os.environ["HUE_STORE"] = "/nowhere"
    ended = run(*words, option)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: ")
    assert len(ended.out.splitlines()) > 4


def test_the_list_of_commands_is_whole(run: Run) -> None:
    listed = re.findall(r"^  ([a-z]+) ", run("-h").out.partition("Commands:")[2], re.MULTILINE)
    assert sorted(listed) == sorted({words[0] for words in COMMANDS if words})


# Broken stores


def other_application(journal: Path) -> None:
    journal.unlink()
    connection = sqlite3.connect(journal)
    connection.execute("CREATE TABLE fact (position INTEGER)")
    connection.close()


def changed(*statements: str) -> Callable[[Path], None]:
    def change(journal: Path) -> None:
        connection = sqlite3.connect(journal)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return change


def unreadable_row(journal: Path) -> None:
    """Give a fact another content than its kind has: a number where its collar stood."""
    connection = sqlite3.connect(journal)
    (head,) = connection.execute("SELECT head FROM fact WHERE name='staff.registered'").fetchone()
    header, _ = msgspec.msgpack.decode(head)
    broken = msgspec.msgpack.encode([header, [7, 7]])
    connection.execute("UPDATE fact SET head=? WHERE name='staff.registered'", (broken,))
    connection.commit()
    connection.close()


def cut(journal: Path) -> None:
    with journal.open("r+b") as file:
        file.truncate(3 * 4096)


def folder_instead(journal: Path) -> None:
    journal.unlink()
    journal.mkdir()


def file_instead(journal: Path) -> None:
    shutil.rmtree(journal.parent)
    journal.parent.write_text("")


NOT_TO_BE_HAD: dict[str, Callable[[Path], object]] = {
    "nothing there": lambda journal: shutil.rmtree(journal.parent),
    "no journal": lambda journal: journal.unlink(),
    "a file for a folder": file_instead,
    "an empty journal": lambda journal: journal.write_bytes(b""),
    "noise": lambda journal: journal.write_bytes(os.urandom(20_000)),
    "a folder for a journal": folder_instead,
    "another application's": other_application,
    "of another version": changed("PRAGMA user_version=99"),
}
DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut off": cut,
    "no facts": changed("DROP TABLE fact"),
    "a row missing": changed("DELETE FROM fact WHERE position=4"),
    "a row that does not read": unreadable_row,
}


@pytest.mark.parametrize("words", [*READING, *WORKING], ids=spelt)
@pytest.mark.parametrize("name", NOT_TO_BE_HAD)
def test_a_store_that_cannot_be_had_is_told_in_one_sentence_with_code_5(
    name: str, words: tuple[str, ...], home: Path, run: Run
) -> None:
    NOT_TO_BE_HAD[name](home / "store" / "journal.db")
    ended = run(*words)
    well_told(ended)
    assert ended.code == UNAVAILABLE
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("words", [*READING, *WORKING], ids=spelt)
@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_journal_is_told_with_code_3(name: str, words: tuple[str, ...], home: Path, run: Run) -> None:
    DAMAGE[name](home / "store" / "journal.db")
    ended = run(*words)
    well_told(ended)
    assert ended.code == DAMAGED


def test_a_store_of_another_version_is_left_as_it_was(home: Path, run: Run) -> None:
    journal = home / "store" / "journal.db"
    changed("PRAGMA user_version=99")(journal)
    before = journal.read_bytes()
    assert run("do", "ring", "999").code == UNAVAILABLE
    assert run("verify").code == UNAVAILABLE
    assert journal.read_bytes() == before


def test_a_load_without_the_key_of_the_store_is_refused(home: Path, run: Run) -> None:
    (home / "store" / "store.key").unlink()
    ended = run("intake", "load", "calls.csv", "--map", "nashville")
    well_told(ended)
    assert ended.code == UNAVAILABLE


# Keys and the files beside the journal


def test_a_missing_access_log_is_named_and_nobody_is_told_to_make_a_new_store(home: Path, run: Run) -> None:
    for path in (home / "store").glob("access.db*"):
        path.unlink()
    for words in (("log", "1"), ("access", "1"), ("store", "backup", "copy")):
        ended = run(*words)
        well_told(ended)
        assert ended.code == UNAVAILABLE
        assert "access.db" in ended.err
        assert "hue init" not in ended.err


def test_a_damaged_key_store_is_named_and_what_needs_no_words_goes_on(home: Path, run: Run) -> None:
    (home / "store" / "keys.db").write_bytes(os.urandom(20_000))
    for words in (("board",), ("journal",), ("replay", "--digest"), ("do", "ring", "999")):
        assert (run(*words).code, words) == (0, words)
    for words in (("log", "1"), ("do", "note", "1", "words")):
        ended = run(*words)
        well_told(ended)
        assert ended.code in (DAMAGED, UNAVAILABLE)
        assert "key" in ended.err
        assert "the journal is damaged" not in ended.err


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+nobody\n", "\x00\n"], ids=["empty", "cut off", "noise"])
def test_the_watch_goes_on_with_a_signing_key_that_does_not_read(text: str, home: Path, run: Run) -> None:
    (key,) = (home / "keys").glob("*/sign.key")
    key.write_text(text)
    assert run("do", "ring", "999").code == 0
    ended = run("watch", "--once")
    assert ended.code == 0
    assert "checkpoints are not signed" in ended.err
    assert run("store", "backup", "copy").code == UNAVAILABLE


def test_a_backup_that_cannot_be_recorded_leaves_nothing_behind(home: Path, run: Run) -> None:
    """Else words lie in a place that no erasure knows of, and the next try finds the folder full."""
    (key,) = (home / "keys").glob("*/seal.key")
    key.unlink()
    assert run("store", "backup", "copy", "--keys", "copied-keys").code == UNAVAILABLE
    assert not any((home / name).exists() for name in ("copy", "copied-keys"))


@pytest.mark.parametrize("kept", ["passphrase", "file:not-there", "credential:seals"])
def test_an_init_that_is_refused_its_key_leaves_no_others(kept: str, home: Path, run: Run) -> None:
    ended = run(
        *("init", "--code", "GMP", "--name", "Greater", "--collar", "2211", "--seal-key", kept),
        *("--store", str(home / "new"), "--keys", str(home / "new-keys")),
    )
    well_told(ended)
    assert ended.code == UNAVAILABLE
    assert list(home.glob("new-keys/*")) == []


def test_seals_do_not_open_with_an_empty_passphrase(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "empty").write_text("")
    monkeypatch.setenv("HUE_KEY_PASSPHRASE_FILE", "empty")
    ended = run(
        *("init", "--code", "GMP", "--name", "Greater", "--collar", "2211", "--seal-key", "passphrase"),
        *("--store", str(home / "new")),
    )
    well_told(ended)
    assert ended.code == REFUSED


def test_who_keeps_the_key_elsewhere_is_not_told_to_copy_a_file_that_is_not_there(home: Path, run: Run) -> None:
    (home / "seal").write_text("ab" * 32)
    (home / "seal").chmod(0o600)
    new = ("--store", str(home / "new"), "--keys", str(home / "new-keys"), "--seal-key", "file:seal")
    ended = run("init", "--code", "GMP", "--name", "Greater", "--collar", "2211", *new)
    assert ended.code == 0
    assert "seal.key" not in ended.out


# Erasing


@pytest.fixture
def erased(home: Path) -> Path:
    """Let a second person approve the erasure of incident 1, and end before it is carried out."""
    room = Room(StoreFolder(home / "store"), Identity(), keys=home / "keys")
    for line in ("send 1 AB12", "arrive 1", "result 1 attended", "close 1", "register 3344 supervisor"):
        carry_out(room.desk(), line)
    carry_out(room.desk(), "propose erase 1 MoPI review 2026/114")
    signed = Signed("3344", "khan", "desk-2")
    arriving = Desk(room.journal, room.board, room.identity, signed, arriving=True)
    arriving.do([Act(staff_stream("3344"), SignOn("khan", os.getuid(), "desk-2", Place.OFFICE))])
    desk = Desk(room.journal, room.board, room.identity, signed)
    (proposal,) = room.board.staff["2211"].proposals
    carry_out(desk, f"approve p{proposal.tail}")
    assert room.board.erasing
    room.close()
    return home


@pytest.mark.parametrize("words", [("log", "1"), ("show", "1"), ("explain", "1")], ids=spelt)
def test_no_word_of_a_record_is_shown_from_the_moment_that_it_is_said_to_be_erased(
    words: tuple[str, ...], erased: Path, run: Run
) -> None:
    ended = run(*words, "--session", "khan")
    assert ended.code == 0
    assert "shouting next door" not in ended.out
    assert "[erased]" in ended.out


def test_a_pending_erasure_is_gone_on_with_by_whoever_comes_first(erased: Path, run: Run) -> None:
    ended = run("erase", "1", "--session", "khan")
    assert (ended.code, ended.err) == (0, "")
    assert "is erased" in ended.out
    assert "erasure          completed" in run("show", "1", "--session", "khan").out


def test_what_an_erasure_says_is_json_where_json_is_asked_for(erased: Path, run: Run) -> None:
    ended = run("erase", "1", "--session", "khan", "--json")
    assert ended.code == 0
    assert all(isinstance(json.loads(line), dict) for line in ended.out.splitlines())


def test_what_a_proposal_to_erase_says_is_json_where_json_is_asked_for(home: Path, run: Run) -> None:
    for line in ("send 1 AB12", "arrive 1", "result 1 attended", "close 1"):
        assert run("do", *line.split()).code == 0
    ended = run("erase", "1", "--authority", "MoPI review", "--json")
    assert ended.code == 0
    assert all(isinstance(json.loads(line), dict) for line in ended.out.splitlines())


def test_help_is_asked_for_in_either_order(run: Run) -> None:
    for words in ((), ("log",), ("store", "info")):
        assert run("help", *words) == run(*words, "--help")


# What is typed wrong


@pytest.mark.parametrize(
    "words",
    [
        ("bored",),
        ("board", "--loud"),
        ("init", "--code", "GMP"),
        ("watch", "--tick", "0"),
        ("watch", "--once", "--tick", "nan"),
        ("watch", "--tick", "inf"),
        ("signon",),
        ("signon", "2211", "--seat", "seat two"),
        ("signon", "2211", "--seat", ""),
        ("show",),
        ("show", ""),
        ("show", "\udcff"),
        ("phrase", "\udcff", "--phrase-file", "passphrase"),
        ("sample", "5", "--seed", "18446744073709551616"),
        ("show", "1 of 29/02/2025"),
        ("log", "c"),
        ("explain", "1", "of"),
        ("do", ""),
        ("do", "\x1b[2J"),
        ("do", "note", "."),
        ("do", "note", "1", "x" * 20_000),
        ("do", "--script", "."),
        ("do", "--script", "bytes"),
        ("passphrase", "2211", "--passphrase-file", "bytes"),
        ("passphrase", "2211"),
        ("board", "--at", ""),
        ("board", "--at", "@"),
        ("board", "--at", "@-1"),
        ("board", "--at", "@99999999999999999999"),
        ("board", "--at", "yesterday"),
        ("board", "--at", "9999-12-31T23:59:59-05:00"),
        ("journal", "--at", "@5", "--as-occurred"),
        ("journal", "--after", "x"),
        ("journal", "--after", "9" * 30),
        ("intake",),
        ("intake", "load"),
        ("intake", "load", ".", "--map", "nashville"),
        ("intake", "load", "calls.csv", "--map", "\x1b]0;x\x07"),
        ("store",),
        ("store", "burn"),
    ],
    ids=spelt,
)
def test_what_cannot_be_meant_is_told_with_code_2_and_records_nothing(
    words: tuple[str, ...], home: Path, run: Run
) -> None:
    (home / "bytes").write_bytes(b"\xff\xfe not text")
    before = run("journal").out
    ended = run(*words)
    well_told(ended)
    assert ended.code == USAGE
    assert hostile_signs(ended.err) == []
    assert run("journal").out == before


@pytest.mark.parametrize(
    "words",
    [
        ("--code", "G M P", "--name", "Greater"),
        ("--code", "GMP", "--name", "Greater", "--collar", "watch"),
        ("--code", "GMP", "--name", "Greater", "--collar", "two words"),
        ("--code", "GMP", "--name", "Greater", "--zone", "Europe"),
        ("--code", "GMP", "--name", "Greater", "--zone", "../../etc/passwd"),
        ("--code", "GMP", "--name", "Greater", "--zone", ""),
        ("--code", "GMP", "--name", "Greater", "--passphrase-file", "short"),
        ("--code", "GMP", "--name", "Greater", "--passphrase-file", "not-there"),
    ],
    ids=spelt,
)
def test_an_init_that_fails_leaves_no_half_made_store(words: tuple[str, ...], home: Path, run: Run) -> None:
    """Otherwise the next init says that a store is there, and nobody can sign on to it."""
    (home / "short").write_text("short\n")
    ended = run("init", *words, "--store", str(home / "new"))
    well_told(ended)
    assert ended.code in (REFUSED, USAGE)
    again = run("init", "--code", "GMP", "--name", "Greater", "--collar", "2211", "--store", str(home / "new"))
    assert (again.code, again.err) == (0, "")


def test_a_name_with_bytes_that_are_no_text_is_kept_with_their_numbers(home: Path, run: Run) -> None:
    new = str(home / "new")
    assert run("init", "--code", "GMP", "--name", "Caf\udce9", "--collar", "2211", "--store", new).code == 0
    assert json.loads(run("store", "info", "--json", "--store", new).out)["name"] == "Caf<U+DCE9>"


def test_a_store_named_before_the_command_is_the_store_that_is_used(home: Path) -> None:
    """`hue --store X do ...` must not write to another store than X."""
    here = hue(home, "journal").stdout
    done = hue(home, "--store", str(home / "elsewhere"), "do", "ring", "999")
    assert done.returncode in (USAGE, UNAVAILABLE)
    assert hue(home, "journal").stdout == here


@pytest.mark.parametrize("text", CORPUS, ids=[f"{number}" for number in range(len(CORPUS))])
def test_hostile_words_are_shown_safe_wherever_a_command_shows_them(text: str, run: Run) -> None:
    words = text.encode("utf-8", "surrogateescape" if "\udcff" in text else "replace").decode().replace("\x00", "␀")
    told = run("do", "note", "1", words)
    shown = [told, run("log", "1"), run("show", "1"), run("explain", "1"), run("do", words), run("show", words)]
    for ended in shown:
        assert hostile_signs(ended.out + ended.err) == []
        assert "should not happen" not in ended.err


def test_json_for_machines_cannot_move_a_terminal_either(run: Run) -> None:
    """JSON is printed on terminals too: what is not printable stands as its number there, as JSON allows."""
    for text in ("\x9b31mred", "\u202e999 lla", "next\x85line", "line\u2028separator", "\x7f", "zero\u200bwidth"):
        run("do", "note", "1", text)
        ended = run("log", "1", "--json")
        assert hostile_signs(ended.out) == []
        assert json.loads(ended.out.splitlines()[-1])["fields"]["words"] == text


def hostile_signs(text: str) -> list[str]:
    """Return the signs of an output that a terminal may obey, or that hide or turn what is shown."""
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return [f"U+{ord(sign):04X}" for sign in text if sign != "\n" and unicodedata.category(sign) in bad]


# Pipes, signals, disks


@pytest.mark.parametrize("words", [*READING, ("-h",), ("do", "ring", "999")], ids=spelt)
@pytest.mark.parametrize("json_too", [False, True], ids=["text", "json"])
def test_a_closed_pipe_is_no_error(words: tuple[str, ...], json_too: bool, home: Path) -> None:
    if json_too and (words[0] in ("-h", "do")):
        words = ("do", "--json", "ring", "999")
    process = start(home, *words, *(["--json"] if json_too and "--json" not in words else []))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(30), said) == (0, b"")


def test_what_was_done_stays_done_when_nobody_listens(home: Path) -> None:
    before = len(hue(home, "journal").stdout.splitlines())
    process = start(home, "do", "ring", "999")
    assert process.stdout is not None
    process.stdout.close()
    process.communicate(timeout=30)
    assert len(hue(home, "journal").stdout.splitlines()) == before + 1


def test_head_takes_one_line_of_a_long_journal(home: Path) -> None:
    (home / "long.txt").write_text("note 1 " + "x" * 2000 + "\n" + "note 1 again and again\n" * 400)
    assert hue(home, "do", "--script", "long.txt").returncode == 0
    done = subprocess.run(
        ["sh", "-c", '{ "$@" log 1; echo "code $?" >&2; } | head -n 1', "sh", *command()],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == "code 0\n"


def test_a_full_disk_behind_the_output_is_told(home: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*command(), "journal"], env=environment(home), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert (done.returncode, done.stderr) == (UNAVAILABLE, "hue: No space left on device\n")


def read_only(folder: Path) -> list[str]:
    """Return what stands before a command so that it cannot write to a folder: for root a mount of its own, else nothing."""
    if os.geteuid():
        for path in (*folder.iterdir(), folder):
            path.chmod(0o555)
        return []
    mounting = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
    prefix = ["unshare", "-m", "sh", "-c", f'{mounting} && exec "$@"', "sh"]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root may write everywhere, and may not mount here")
    return prefix


@pytest.mark.parametrize("words", [("do", "ring", "999"), ("do", "note", "1", "words"), ("log", "1")], ids=spelt)
def test_a_store_that_cannot_be_written_is_told_as_such(words: tuple[str, ...], home: Path) -> None:
    before = (home / "store" / "journal.db").read_bytes()
    done = subprocess.run(
        [*read_only(home / "store"), *command(), *words],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout, done.stderr)
    well_told(ended)
    assert (ended.code, ended.out) == (UNAVAILABLE, "")
    assert (home / "store" / "journal.db").read_bytes() == before
    assert "is not a store" not in ended.err


@pytest.mark.parametrize("words", [("journal", "--follow"), ("watch", "--tick", "0.05")], ids=spelt)
def test_ctrl_c_ends_what_would_go_on_for_ever_without_a_word(words: tuple[str, ...], home: Path) -> None:
    process = start(home, *words)
    assert process.stdout is not None
    if words[0] == "journal":
        for _ in hue(home, "journal").stdout.splitlines():
            assert process.stdout.readline()
    else:
        lease = home / "store" / "watch.lease"
        until(lease.exists)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (INTERRUPTED, b"")
    assert hue(home, "verify").returncode == 0


def until(holds: Callable[[], bool], limit_s: float = 20) -> None:
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.02)


# Machines


@pytest.mark.parametrize("words", READING, ids=spelt)
def test_json_is_one_document_or_one_object_a_line(words: tuple[str, ...], run: Run) -> None:
    ended = run(*words, "--json")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    found = [json.loads(line) for line in lines]
    assert all(isinstance(one, dict) for one in found)
    many = ("log", "journal", "access", "queues", "pack", "share", "ask", "coverage", "units", "duplicates", "crimes")
    few = ("regrades", "faults", "gazetteer", "checks", "contribution", "partners", "desk", "sample", "agreement")
    if words[0] not in (*many, *few) and words != ("replay",):
        assert len(lines) == 1


def test_what_was_recorded_can_be_read_as_json_at_once(run: Run) -> None:
    ended = run("do", "--json", "ring", "101", "07700", "900456")
    (fact,) = (json.loads(line) for line in ended.out.splitlines())
    assert (fact["name"], fact["fields"]["channel"], fact["fields"]["number"]) == (
        "contact.rang",
        "101",
        "07700 900456",
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", fact["recorded"])


def test_the_journal_as_json_keeps_its_keys_and_its_seals(run: Run) -> None:
    facts = [json.loads(line) for line in run("journal", "--json").out.splitlines()]
    assert [one["position"] for one in facts] == list(range(1, len(facts) + 1))
    assert {tuple(one) for one in facts} == {tuple(facts[0])}
    assert {"position", "stream", "version", "name", "occurred", "recorded", "actor", "role", "session"} < set(facts[0])
    rang = next(one for one in facts if one["name"] == "contact.rang")
    assert rang["fields"]["number"] is None


def test_a_refused_line_says_nothing_on_standard_output(run: Run) -> None:
    ended = run("do", "--json", "close", "1")
    assert (ended.code, ended.out) == (REFUSED, "")
    well_told(ended)


def test_a_follower_sees_what_another_process_records_within_two_seconds(home: Path) -> None:
    process = start(home, "journal", "--follow", "--json")
    assert process.stdout is not None
    try:
        for _ in hue(home, "journal").stdout.splitlines():
            assert process.stdout.readline()
        assert hue(home, "do", "ring", "101").returncode == 0
        ready, _, _ = select.select([process.stdout], [], [], 2)
        assert ready, "nothing came within two seconds"
        assert json.loads(process.stdout.readline())["name"] == "contact.rang"
    finally:
        process.kill()
        process.communicate(timeout=10)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"TZ": "Asia/Tokyo"},
        {"TZ": "America/St_Johns", "PYTHONHASHSEED": "1"},
        {"PYTHONHASHSEED": "4711"},
        {"LC_ALL": "C"},
        {"LC_ALL": "de_DE.ISO-8859-1", "LANG": "de_DE"},
    ],
    ids=str,
)
def test_the_digest_is_the_same_under_another_zone_seed_or_language(elsewhere: dict[str, str], home: Path) -> None:
    here = hue(home, "replay", "--digest", PYTHONHASHSEED="0")
    there = hue(home, "replay", "--digest", **elsewhere)
    assert re.fullmatch(r"[0-9a-f]{64} @\d+\n", here.stdout)
    assert (there.returncode, there.stdout) == (0, here.stdout)


def test_a_digest_as_of_a_position_stays_when_more_is_recorded(home: Path) -> None:
    before = hue(home, "replay", "--digest").stdout
    position = before.split()[1]
    assert hue(home, "do", "ring", "101").returncode == 0
    assert hue(home, "replay", "--digest").stdout != before
    assert hue(home, "replay", "--digest", "--at", position).stdout == before


# Without a terminal


def test_the_room_without_a_terminal_is_a_conversation_that_errors_do_not_end(home: Path) -> None:
    done = hue(home, given="help\nsing\nclose 1\nboard\n\nnote 1 still here\nquit\nnote 1 never said\n")
    assert done.returncode == 0
    assert "ring CHANNEL" in done.stdout
    assert "still here" in done.stdout
    assert "never said" not in done.stdout
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["there", "the"]


def test_typed_bytes_that_are_no_text_do_not_end_the_conversation(home: Path) -> None:
    done = subprocess.run(
        command(),
        input=b"note 1 caf\xe9\nnote 1 still here\n",
        env=environment(home, PYTHONIOENCODING="utf-8:strict"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"still here" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_a_letter_still_shows_the_line(encoding: str, home: Path) -> None:
    assert hue(home, "do", "note", "1", "Łódź Street \x1b[2J").returncode == 0
    done = hue(home, "log", "1", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Street" in done.stdout


def test_nothing_is_asked_where_nobody_can_answer(home: Path) -> None:
    """A command that waited for a passphrase in a pipe would wait for ever."""
    done = hue(home, "passphrase", "2211")
    assert done.returncode == USAGE
    assert "--passphrase-file" in done.stderr
    assert hue(home, "passphrase", "2211", "--passphrase-file", "passphrase").returncode == 0
    assert hue(home, "signon", "2211").returncode == USAGE


def test_no_command_colours_what_it_writes_to_a_pipe(home: Path) -> None:
    for words in READING:
        assert "\x1b" not in hue(home, *words, TERM="xterm-256color").stdout


@pytest.mark.parametrize("after_s", [0.02, 0.06, 0.12])
def test_an_interrupt_while_the_command_is_loading_shows_no_traceback(after_s: float) -> None:
    started = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from hueandcry.operator.entry import main; print(flush=True); main()",
            "journal",
            "--follow",
        ],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / ".typed"), "HUE_STORE": "nowhere"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    started.stdout.readline()
    time.sleep(after_s)
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=20)
    assert "Traceback" not in told
    assert started.returncode in (-signal.SIGINT, 130, UNAVAILABLE)
