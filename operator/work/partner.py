"""Lines about partners: registered, with their sites, numbers and people."""

from collections.abc import Sequence

from hueandcry.domain import partner
from hueandcry.domain.partner import Partner, partner_stream
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Slot, SlotKind, Verb
from hueandcry.operator.partnering import number_code
from hueandcry.operator.reference import Misread


def partner_acts(desk: Desk, line: Line) -> list[Act]:
    code = line["partner"]
    register = partner.RegisterPartner(code, line["sort"], line["name"], _taken(desk, code, code))
    return [Act(partner_stream(code), register, on_all=True)]


def site_acts(desk: Desk, line: Line) -> list[Act]:
    """The site's name and its numbers are parted by ` / `; a site and a number belong to one partner."""
    name, *numbers = (part.strip() for part in line["words"].split(" / "))
    read = []
    for number in numbers:
        code = number_code(number)
        if code is None:
            raise Misread(f"'{number}' is no telephone number; name and numbers are parted by ' / '")
        read.append(code)
    taken = _taken(desk, line["partner"], line["site"], read)
    return [Act(_named(line), partner.ListSite(line["site"], tuple(read), name, taken), on_all=True)]


def _taken(desk: Desk, code: str, wanted: str, numbers: Sequence[str] = ()) -> str:
    """Return by whom a code or a number is taken, another partner or another site; empty where it is free."""
    for known in desk.board.partners():
        other = known.partner.lower() != code.lower()
        if other and (wanted.lower() == known.partner.lower() or known.site(wanted) is not None):
            return f"{wanted} is taken: it names {known.partner} or a site of it"
        for site in known.sites:
            shared = set(numbers).intersection(site.numbers)
            if shared and (other or site.site.lower() != wanted.lower()):
                return f"+{min(shared)} is the number of {site.site} of {known.partner} already"
    return ""


def instead(desk: Desk, line: Line) -> str:
    """Return what a site was listed with so far, where it was."""
    known = desk.board.record(_named(line))
    site = known.site(line["site"]) if isinstance(known, Partner) else None
    if site is None:
        return ""
    numbers = ", ".join(f"+{one}" for one in site.numbers) or "no number"
    return f"- instead of {site.name.decode('utf-8', 'replace')}, {numbers}"


def unsite_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(_named(line), partner.EndSite(line["site"], line["reason"]))]


def named_acts(_: Desk, line: Line) -> list[Act]:
    """Name, role and number are parted by ` / `."""
    name, role, number = ([part.strip(" /") for part in line["words"].split(" / ")] + ["", ""])[:3]
    return [Act(_named(line), partner.NamePerson(line["site"], name, role, number))]


def forget_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(_named(line), partner.ForgetPerson(line["number"], line["reason"]))]


def unpartner_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(_named(line), partner.EndPartner(line["reason"]))]


def _named(line: Line) -> bytes:
    return partner_stream(line["partner"])


def _partners(desk: Desk, _: slots.Values) -> list[str]:
    return [one.partner for one in desk.board.partners()]


def _sites(desk: Desk, values: slots.Values) -> list[str]:
    return [one.site for known in desk.board.partners() if known.partner == values["partner"] for one in known.sites]


PARTNER = slots.choice("partner", _partners)
_SITE = slots.choice("site", _sites)

VERBS = (
    Verb(
        name="partner", short="pa", acts=partner_acts,
        slots=(slots.code("partner", _partners), slots.code("sort", lambda _, __: ["nhs", "children", "care", "school", "housing", "refuge", "ambulance"]), slots.words("name")),
        does="Register partner {partner} ({sort}): {name}", example="pa mft nhs Manchester hospitals",
    ),
    Verb(
        name="site", short="sit", slots=(PARTNER, slots.code("site", _sites), slots.words("words")), acts=site_acts, tells=instead,
        does="List site {site} of {partner}: {words}", example="sit mft mri-ward-12 Ward 12, Royal Infirmary / 0161 276 1234",
    ),
    Verb(
        name="unsite", short="us", slots=(PARTNER, slots.code("site", _sites), slots.words("reason")), acts=unsite_acts,
        does="Take site {site} of {partner} off: {reason}", example="us mft mri-ward-12 the ward moved",
    ),
    Verb(
        name="named", short="nm", slots=(PARTNER, _SITE, slots.words("words")), acts=named_acts,
        does="Name who may ask for {site} of {partner}: {words}", example="nm mft mri-ward-12 A. Jones / ward sister / 07700 900456",
    ),
    Verb(
        name="forget", short="fg", slots=(PARTNER, Slot(name="number", kind=SlotKind.NUMBER), slots.words("reason")), acts=forget_acts,
        does="Say that person {number} of {partner} does not ask any more: {reason}", example="fg mft 3 has left",
    ),
    Verb(
        name="unpartner", short="upa", slots=(PARTNER, slots.words("reason")), acts=unpartner_acts,
        does="Take partner {partner} off: {reason}", example="upa mft the trust was merged",
    ),
)  # fmt: skip
