"""The demo's scripted stories: who types what, and when; everything in them is made up.

Theory of operation. A story begins at a local time and is a list of lines: seconds from its beginning, who sits at the
desk, and the line as it is typed. `.` is the item in hand, `@i`, `@c`, `@e` and `@p` the story's incident, contact,
expedite and proposal as another desk would name them. A line that begins with `!` is refused, and the story shows why.
"""

from msgspec import Struct


class Story(Struct, frozen=True):
    """A scripted story: its title, when it begins (local time), and its lines as (seconds, collar, line)."""

    title: str
    begins: str
    lines: tuple[tuple[int, str, str], ...]


HANDLER, SECOND, DISPATCHER, DESK, SUPERVISOR = "2211", "2214", "3305", "4402", "5501"
CAST = {
    HANDLER: ("handler", "home"),
    SECOND: ("handler", "office"),
    DISPATCHER: ("dispatcher", "office"),
    DESK: ("vulnerability", "office"),
    SUPERVISOR: ("supervisor", "office"),
}

STORIES = (
    Story(
        "A ward asks: a patient has walked out",
        "09:31:00",
        (
            (0, DESK, "partner mft nhs Manchester hospitals"),
            (1, DESK, "site mft ward-12 Ward 12, Royal Infirmary / 0161 496 0112"),
            (2, DESK, "ring partner 0161 496 0112"),
            (5, DESK, "answer ."),
            (
                70,
                DESK,
                "expedite ward-12 walkout . Sister Jones / 0161 496 0112 / left at 09:10 in slippers, insulin due at noon, said she will not be found",
            ),
            (95, DESK, "! decide . accept real and immediate risk to life"),
            (160, DESK, "verify . call-back 0161 496 0112 through the hospital switchboard"),
            (175, DESK, "decide . accept real and immediate risk to life, section 17 considered"),
            (190, DESK, "close @c"),
            (200, DESK, "open @e missing patient without insulin, slippers, grey coat"),
            (
                215,
                DESK,
                "assess . situation=now threat=none risk=life investigation=some vulnerability=adult engagement=wants-police insulin due at noon",
            ),
            (225, DESK, "grade . 1 insulin due at noon"),
            (260, DISPATCHER, "send @i AB12"),
            (300, DESK, "! close @e"),
            (330, DESK, "tellback @e Sister Jones: a car is looking, we ring at 10:30, ring 999 if she comes back"),
            (1500, DISPATCHER, "arrive @i"),
            (2100, DISPATCHER, "result @i attended found at the bus station, back on the ward"),
            (2130, DISPATCHER, "close @i"),
            (2180, DESK, "handback @e Sister Jones: on the ward, insulin given"),
            (2190, DESK, "close @e patient is back on the ward"),
        ),
    ),
    Story(
        "The line goes dead before anyone has spoken",
        "14:20:00",
        (
            (0, SECOND, "ring 999 07700 900461"),
            (9, SECOND, "abandon ."),
            (40, SECOND, "! close ."),
            (42, SECOND, "recall . voicemail"),
            (45, SECOND, "recall . spoke a child, phone in a pocket"),
            (47, SECOND, "answer ."),
            (
                60,
                SECOND,
                "note . rang back twice: voicemail, then answered by a child, phone in a pocket, mother spoken to",
            ),
            (75, SECOND, "triage . situation past"),
            (80, SECOND, "triage . threat none"),
            (85, SECOND, "triage . risk low"),
            (90, SECOND, "notasked . investigation not-relevant"),
            (95, SECOND, "triage . vulnerability none"),
            (100, SECOND, "triage . engagement wants-advice"),
            (115, SECOND, "resolve . advice dialled from a pocket, mother and child safe and well"),
            (120, SECOND, "close ."),
        ),
    ),
    Story(
        "A knife at the door, two children upstairs",
        "20:14:00",
        (
            (0, HANDLER, "ring 999 07700 900123"),
            (4, HANDLER, "answer ."),
            (20, HANDLER, "locate . SOUTH 12 Mill Lane, back door"),
            (31, HANDLER, "triage . situation now he is shouting through the letter box"),
            (38, HANDLER, "triage . threat present former partner"),
            (44, HANDLER, "triage . risk some"),
            (49, HANDLER, "triage . investigation some neighbour films it"),
            (55, HANDLER, "triage . vulnerability child two children upstairs"),
            (58, HANDLER, "notasked . engagement unsafe she whispers"),
            (61, HANDLER, "open . domestic former partner at the back door"),
            (65, HANDLER, "! grade . 2"),
            (68, HANDLER, "assess . he is outside, door locked"),
            (72, HANDLER, "grade . 2"),
            (95, HANDLER, "change @i he has a knife in his hand"),
            (97, HANDLER, "! grade @i 1 knife seen"),
            (101, HANDLER, "assess @i threat=weapon knife seen through the window"),
            (104, HANDLER, "grade @i 1 knife seen"),
            (110, DISPATCHER, "send @i AB12"),
            (130, DISPATCHER, "send @i CX40"),
            (505, DISPATCHER, "arrive @i AB12"),
            (900, DISPATCHER, "note @i one arrested, knife recovered, mother and children unhurt"),
            (930, DISPATCHER, "change @i he is in custody"),
            (940, DISPATCHER, "assess @i situation=just-over threat=none risk=low he is in custody"),
            (950, DISPATCHER, "! grade @i 3 he is in custody"),
            (960, DISPATCHER, "propose grade @i 3 he is in custody, statement still to be taken"),
            (1010, DISPATCHER, "! approve @p"),
            (1040, SUPERVISOR, "approve @p"),
            (1500, SECOND, "ring 101 07700 900477"),
            (1510, SECOND, "answer ."),
            (1530, SECOND, "note . neighbour, has it all on film, can be rung until midnight"),
            (1540, SECOND, "link . @i"),
            (1545, SECOND, "close ."),
            (1560, DISPATCHER, "assess @i investigation=perishing a film exists"),
            (2400, DISPATCHER, "result @i crime arrest made, statement and film taken"),
            (2420, HANDLER, "fix @i 1 the house is number 21, not 12"),
            (2430, DISPATCHER, "close @i"),
            (2440, HANDLER, "close @c"),
        ),
    ),
)
