"""Paper: the board and the forms fit their pages, hold all that is asked on the screen, and nothing that a printer obeys.

Source: New York 2013 and iOPS 2019: rooms went over to paper that nobody had ready.
"""

import io
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from hueandcry.domain.access import Shown
from hueandcry.domain.adoption import Adopt
from hueandcry.domain.fault import Refused, Unavailable
from hueandcry.domain.policy import POLICY_STREAM
from hueandcry.operator.bundled import pack_text
from hueandcry.operator.desk import Act
from hueandcry.operator.paper import COLUMNS, LINES, SHEETS, print_sheets, sheets
from hueandcry.operator.verbs import carry_out
from tests.hostile import CORPUS
from tests.journeys.session import hue
from tests.staging import Founded, work

FORMS = ("CONTACT", "INCIDENT", "LOG")
CALL = "ring 999 07700 900123\nanswer .\nlocate . EAST 12 Mill Lane, back door\nopen . domestic man with a knife at the door"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Founded]:
    founded = Founded(tmp_path / "store")
    yield founded
    founded.close()


def adopt(stage: Founded, *names: str) -> None:
    """Adopt packs that come with the product, where there are any to adopt."""
    if names:
        stage.founder.do([Act(POLICY_STREAM, Adopt(tuple(map(pack_text, names))))])


def pages(stage: Founded, what: str = "all") -> list[str]:
    return list(sheets(stage.room, what, stage.room.door()))


def titled(printed: list[str], title: str) -> str:
    """Return what stands on the pages of a title, heads and feet left out, blanks as one."""
    lines = [line for page in printed if page.startswith(title) for line in page.splitlines()[2:-2]]
    return re.sub(r"\s+", " ", " ".join(lines))


def fits(page: str) -> None:
    """A page ends with a line's end, and has so many lines of so many columns and nothing that a printer obeys."""
    assert page.endswith("\n")
    lines = page.removesuffix("\n").split("\n")
    assert len(lines) <= LINES == 60
    for line in lines:
        assert len(line) <= COLUMNS == 80
        assert line.isprintable(), line


def shown(stage: Founded) -> list[Shown]:
    return [one.fact for one in stage.room.access.log.entries() if isinstance(one.fact, Shown)]


# The pages


@pytest.mark.parametrize("packs", [(), ("thrive-2022", "grades-2022")], ids=["as founded", "of 2022"])
def test_every_sheet_fits_its_page_and_says_when_and_as_of_what_it_was_printed(
    stage: Founded, packs: tuple[str, ...]
) -> None:
    adopt(stage, *packs)
    work(stage.founder, CALL)
    printed = pages(stage)
    assert [page[:20].strip() for page in printed if page.splitlines()[-1].strip() == "page 1"] == [
        "OPEN BOARD",
        *FORMS,
    ]
    for page in printed:
        fits(page)
        head, rule, *_, foot, number = page.splitlines()
        assert head.endswith(f"GMP  23/11/2026 08:00:00  @{stage.board.position}")
        assert (rule, foot) == ("=" * COLUMNS, "-" * COLUMNS)
        assert re.fullmatch(r" +page \d+", number)


@pytest.mark.parametrize(
    ("what", "titles"), [("all", {"OPEN BOARD", *FORMS}), ("board", {"OPEN BOARD"}), ("forms", {*FORMS})]
)
def test_what_is_asked_for_is_printed(stage: Founded, what: str, titles: set[str]) -> None:
    assert {page[:20].strip() for page in pages(stage, what)} == titles
    assert set(SHEETS) == {"all", "board", "forms"}


def test_an_empty_board_is_a_page_that_says_so_by_being_empty(stage: Founded) -> None:
    (page,) = pages(stage, "board")
    fits(page)
    assert titled([page], "OPEN BOARD") == ""


def test_a_long_board_goes_over_many_pages_each_with_its_number_and_nothing_is_lost_between(stage: Founded) -> None:
    for at in range(80):
        work(stage.founder, f"open - other matter number {at:02} of this long night")
    printed = pages(stage, "board")
    assert len(printed) > 3
    for number, page in enumerate(printed, 1):
        fits(page)
        assert page.splitlines()[-1] == f"page {number}".rjust(COLUMNS)
    for page in printed[:-1]:
        assert len(page.splitlines()) == LINES
    text = titled(printed, "OPEN BOARD")
    assert [f"matter number {at:02} of this long night" in text for at in range(80)] == [True] * 80


def test_pages_are_parted_by_form_feeds_and_by_nothing_else(stage: Founded, capsys: pytest.CaptureFixture[str]) -> None:
    work(stage.founder, CALL)
    capsys.readouterr()
    print_sheets(stage.room, "all", None, session=None)
    printed = capsys.readouterr().out.split("\f")
    assert printed == pages(stage)
    assert len(printed) >= 4


# The forms


@pytest.mark.parametrize("packs", [(), ("thrive-2022", "grades-2022")], ids=["as founded", "of 2022"])
def test_all_that_is_asked_on_the_screen_stands_on_the_form(stage: Founded, packs: tuple[str, ...]) -> None:
    adopt(stage, *packs)
    risk, form = stage.board.policy.risk, titled(pages(stage, "forms"), "CONTACT")
    assert len(risk.element) >= 6
    for element in risk.element:
        assert f"{element.letter} {element.name}: {element.ask}" in form
        for answer in element.answer:
            assert f"[ ] {answer.says}" in form
    for question in risk.question:
        assert f"- {question.ask}" in form
    for reason in risk.not_asked:
        assert f"[ ] {reason.says}" in form
    for topic in risk.advice:
        assert f"[ ] {topic.says}" in form
    for line in (
        "Rang at, on which line",
        "Number",
        "Answered at, by",
        "Caller",
        "Where, district",
        "Promised, by when",
    ):
        assert line in form


def test_the_bundled_pack_has_questions_and_advice_to_print(stage: Founded) -> None:
    assert len(stage.board.policy.risk.question) > 3
    assert stage.board.policy.risk.advice


def test_questions_stand_under_their_element(stage: Founded) -> None:
    risk, form = stage.board.policy.risk, titled(pages(stage, "forms"), "CONTACT")
    starts = {one.code: form.index(f"{one.letter} {one.name}: {one.ask}") for one in risk.element}
    order = sorted(starts, key=lambda code: starts[code])
    for question in risk.question:
        at = form.index(f"- {question.ask}")
        after = [code for code in order if starts[code] < at]
        assert after[-1] == question.of


def test_the_form_follows_the_pack_in_force(stage: Founded) -> None:
    before = titled(pages(stage, "forms"), "CONTACT")
    ours = pack_text("strive-2020").replace(b'pack = "strive-2020"', b'pack = "ours"', 1)
    asked = stage.board.policy.risk.element[0].ask
    ours = ours.replace(asked.encode(), b"What is happening, in one breath?")
    stage.founder.do([Act(POLICY_STREAM, Adopt((ours,)))])
    after = titled(pages(stage, "forms"), "CONTACT")
    assert asked in before
    assert asked not in after
    assert "What is happening, in one breath?" in after


def test_the_form_of_an_incident_asks_for_what_its_decisions_rest_on(stage: Founded) -> None:
    form = titled(pages(stage, "forms"), "INCIDENT")
    for line in (
        "Opened at, by", "Category", "From which contact", "Where, district", "Risk as assessed, at, by",
        "Grounds of the grade", "Second look by", "Sent 1", "Sent 4", "Escalated to, at", "Caller told, by, at",
        "Result, at, by", "Crime reference, or why none",
    ):  # fmt: skip
        assert line in form


def test_every_grade_stands_on_the_form_of_an_incident(stage: Founded) -> None:
    form = titled(pages(stage, "forms"), "INCIDENT")
    for grade in stage.board.policy.grades.grade:
        assert f"[ ] {grade.code} {grade.name}" in form


def test_a_box_stands_on_the_line_of_what_it_is_for(stage: Founded) -> None:
    lines = [line for page in pages(stage, "forms") for line in page.splitlines()]
    assert sum("[ ]" in line for line in lines) > 10
    assert not [line for line in lines if line.endswith(("[", "]"))]


def test_nobody_is_named_on_a_blank_form_and_nothing_is_opened_for_it(stage: Founded) -> None:
    work(stage.founder, CALL)
    before = shown(stage)
    text = "".join(pages(stage, "forms"))
    assert shown(stage) == before
    assert "mill lane" not in text.lower()


def test_what_a_pack_says_is_printed_in_safe_text(stage: Founded) -> None:
    ours = pack_text("strive-2020")
    for asked in (stage.board.policy.risk.element[0].ask, stage.board.policy.risk.question[0].ask):
        ours = ours.replace(asked.encode(), b"what\\u001b[2J\\f now?")
    stage.founder.do([Act(POLICY_STREAM, Adopt((ours,)))])
    for page in pages(stage, "forms"):
        fits(page)


def test_a_pack_in_letters_that_are_two_columns_wide_fits_too(stage: Founded) -> None:
    ours, wide = pack_text("strive-2020"), "\u6f22" * 100
    for asked in (stage.board.policy.risk.element[0].ask, stage.board.policy.risk.question[0].ask):
        ours = ours.replace(asked.encode(), wide.encode())
    stage.founder.do([Act(POLICY_STREAM, Adopt((ours,)))])
    printed = pages(stage, "forms")
    assert "".join(printed).count("\u6f22") == 200
    for page in printed:
        assert max(cell_len(line) for line in page.splitlines()) <= COLUMNS


# The board


def test_each_open_item_stands_there_with_where_it_stands_what_it_is_about_and_who_was_sent(stage: Founded) -> None:
    calm = "situation=past threat=none risk=low investigation=none vulnerability=none engagement=wants-police"
    work(stage.founder, f"{CALL}\nassess 1 {calm}\ngrade 1 4\nsend 1 AB12\nring 101\nopen - other lost purse")
    text = titled(pages(stage, "board"), "OPEN BOARD")
    for item in stage.board.items(stage.clock.now_ns):
        assert f"{item.ref} {item.queue}" in text
    assert "sent: AB12;" in text
    assert "man with a knife at the door" in text
    assert "lost purse" in text


def test_what_is_closed_does_not_stand_there(stage: Founded) -> None:
    work(stage.founder, "open - other the same\nopen - other the same once more\nmerge 2 1")
    text = titled(pages(stage, "board"), "OPEN BOARD")
    assert "once more" not in text


def test_the_order_is_that_of_the_board(stage: Founded) -> None:
    for at in range(12):
        work(stage.founder, f"open - {'domestic' if at % 3 else 'other'} matter{at:02}")
        stage.pass_time(60)
    text = titled(pages(stage, "board"), "OPEN BOARD")
    numbers = [int(one) for one in re.findall(r"matter(\d\d)", text)]
    refs = [int(item.ref) - 1 for item in stage.board.items(stage.clock.now_ns)]
    assert numbers == refs


def test_whatever_was_typed_is_printed_in_safe_text_on_its_page(stage: Founded) -> None:
    for text in CORPUS:
        carry_out(stage.founder, f"open - other x{text[:5000]}")
    printed = pages(stage, "board")
    assert len(printed) > 5
    for page in printed:
        fits(page)


def test_letters_that_are_two_columns_wide_fit_too(stage: Founded) -> None:
    carry_out(stage.founder, f"open - other {chr(0x6F22) * 100}")
    for page in pages(stage, "board"):
        assert max(cell_len(line) for line in page.splitlines()) <= COLUMNS


def test_words_stand_there_as_they_were_typed(stage: Founded) -> None:
    work(stage.founder, "open - other Black Astra AB12 CDE, driver is Mr O'Hara")
    assert "Black Astra AB12 CDE, driver is Mr O'Hara" in titled(pages(stage, "board"), "OPEN BOARD")


def test_whose_words_were_printed_stands_in_the_access_log(stage: Founded) -> None:
    work(stage.founder, f"{CALL}\nopen - other lost purse")
    before, size = len(shown(stage)), stage.log.tip().size
    pages(stage, "board")
    incidents = {one.stream for one in stage.board.items(stage.clock.now_ns) if one.kind == "incident"}
    assert len(incidents) == 2
    assert {stream for one in shown(stage)[before:] for stream in one.records} >= incidents
    assert stage.log.tip().size == size


def test_the_access_log_says_that_they_were_printed(stage: Founded) -> None:
    work(stage.founder, CALL)
    before = len(shown(stage))
    pages(stage, "board")
    assert {one.screen for one in shown(stage)[before:]} == {"paper"}


# The file


def test_a_printed_file_is_for_this_user_alone_and_is_what_would_have_been_shown(
    stage: Founded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work(stage.founder, CALL)
    out = tmp_path / "out.txt"
    capsys.readouterr()
    before = os.umask(0)
    try:
        print_sheets(stage.room, "all", out, session=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_text() == "\f".join(pages(stage))
    assert capsys.readouterr().out == f"{len(pages(stage))} pages printed to {out}\n"


def test_nothing_that_is_there_is_ever_overwritten(stage: Founded, tmp_path: Path) -> None:
    there, elsewhere, link = tmp_path / "there", tmp_path / "elsewhere", tmp_path / "link"
    there.write_text("mine")
    link.symlink_to(elsewhere)
    for out in (there, link, tmp_path):
        with pytest.raises(Refused, match="is there already: name a new file"):
            print_sheets(stage.room, "forms", out, session=None)
    assert there.read_text() == "mine"
    assert not elsewhere.exists()


def test_a_file_that_cannot_be_written_is_said_in_one_sentence(stage: Founded, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written: No such file or directory"):
        print_sheets(stage.room, "forms", tmp_path / "none" / "out.txt", session=None)


def test_of_a_file_that_cannot_be_written_whole_nothing_is_left(
    stage: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = os.fdopen

    class Full(io.BytesIO):
        def write(self, content: object, /) -> int:
            raise OSError(28, "No space left on device")

    def full(handle: int, mode: str) -> Full:
        plain(handle, mode).close()
        return Full()

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(Unavailable, match="cannot be written: No space left on device"):
        print_sheets(stage.room, "forms", tmp_path / "out.txt", session=None)
    assert not (tmp_path / "out.txt").exists()


# By the command


def test_the_command_prints_writes_and_refuses(tmp_path: Path) -> None:
    assert hue(tmp_path, "init", "--code", "GMP", "--name", "Greater", "--collar", "2211").returncode == 0
    hue(tmp_path, "do", "open", "-", "other", "\x1b[2J\x0clost purse \u202e")
    came = hue(tmp_path, "paper")
    assert (came.returncode, came.stderr) == (0, "")
    for page in came.stdout.split("\f"):
        fits(page)
    assert hue(tmp_path, "paper", "forms", "--out", "forms.txt").stdout == "3 pages printed to forms.txt\n"
    again = hue(tmp_path, "paper", "forms", "--out", "forms.txt")
    assert (again.returncode, again.stderr) == (1, "hue: forms.txt is there already: name a new file\n")
    wrong = hue(tmp_path, "paper", "posters")
    assert (wrong.returncode, wrong.stderr) == (2, "hue: paper prints all, board, forms, not 'posters'\n")


def test_the_file_is_whole_in_whatever_language_the_terminal_is(tmp_path: Path) -> None:
    assert hue(tmp_path, "init", "--code", "GMP", "--name", "Greater", "--collar", "2211").returncode == 0
    hue(tmp_path, "do", "open", "-", "other", "Zo\u00eb \u2014 caf\u00e9")
    plain = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    came = hue(tmp_path, "paper", "board", "--out", "board.txt", **plain)
    assert (came.returncode, came.stderr) == (0, "")
    assert "Zo\u00eb \u2014 caf\u00e9" in (tmp_path / "board.txt").read_text("utf-8")
