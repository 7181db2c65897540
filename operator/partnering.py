"""Partners as the room knows them: whose number rings, and whether what an asker gives is what their partner is registered with.

Theory of operation. A site's numbers are open; a person's own number and the shared phrase are sealed and are opened at the door,
which says who looked. What is compared is never recorded as it was said where it is the phrase. Whoever is not registered has
neither number nor phrase that could match; they can be rung back, by a number that the room looked up itself. A force that
registers nobody says by itself how it verified.
"""

import re

from hueandcry.domain.contact import Contact
from hueandcry.domain.expedite import Expedite, Means
from hueandcry.domain.fault import Refused
from hueandcry.domain.partner import Partner, PersonNamed, PhraseSet, SetPhrase, partner_stream
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.passphrase import check_length, is_that, plainly, verifier_of
from hueandcry.store.identifiers import e164
from hueandcry.store.views import Board

SCREEN = "verify"
_NUMBER_AT_FIRST = re.compile(r"\+?[\d ()/-]{5,}")


def number_code(said: str) -> str | None:
    """Return a telephone number as a site has it, E.164 without the plus; None for what is none."""
    found = e164(said)
    return found.removeprefix("+") if found is not None else None


def rings_from(board: Board, number: str) -> tuple[str, str] | None:
    """Return which partner and site a ringing number belongs to, None where it is nobody's."""
    partners = board.partners()
    wanted = number_code(number) if partners and number else None
    for partner in partners if wanted is not None else ():
        for site in partner.sites:
            if wanted in site.numbers:
                return partner.partner, site.site
    return None


def as_registered(desk: Desk, expedite: Expedite, means: Means, words: str) -> tuple[bool | None, str]:
    """Return whether what the asker gives is as registered, None where that cannot be said, and the words to record."""
    if not desk.board.partners():
        return None, words  # this force keeps its partners elsewhere
    found = desk.board.partner_of(expedite.partner)
    partner = found[0] if found is not None else None
    match means:
        case Means.PHRASE:
            return _phrase_is(desk, partner, words), ""
        case Means.NUMBER:
            return partner is not None and _rang_from(desk, expedite, partner), words
        case Means.CALL_BACK if partner is not None:
            said = _NUMBER_AT_FIRST.match(words)
            if said is None:
                raise Refused("say which number was rung back, as in 0161 496 0000 the ward sister")
            return _is_theirs(desk, partner, number_code(said[0])), words
        case _:
            return None, words


def _phrase_is(desk: Desk, partner: Partner | None, said: str) -> bool:
    if partner is None:
        return False
    if partner.phrase is None:
        raise Refused(f"no phrase is set for {partner.partner}: ring back, or set one with hue phrase")
    if not said:
        raise Refused("say the phrase that they gave")
    kept = desk.door.fact(partner.phrase, SCREEN)
    verifier = kept.fact.verifier if kept is not None and isinstance(kept.fact, PhraseSet) else None
    return verifier is not None and is_that(plainly(said), verifier)


def _rang_from(desk: Desk, expedite: Expedite, partner: Partner) -> bool:
    """Tell whether the call that asked last came from one of the partner's numbers; a number that is typed proves nothing."""
    calls = (*((expedite.contact,) if expedite.contact is not None else ()), *expedite.contacts)
    if not calls:
        raise Refused("no call is tied to it that could come from their number: ring back ('call-back')")
    contact = desk.board.record(calls[-1])
    rang = desk.door.fact(contact.number, SCREEN) if isinstance(contact, Contact) and contact.number else None
    number = getattr(rang.fact, "number", None) if rang is not None else None
    return _is_theirs(desk, partner, number_code(number) if number else None)


def _is_theirs(desk: Desk, partner: Partner, number: str | None) -> bool:
    if number is None:
        return False
    if any(number in site.numbers for site in partner.sites):
        return True
    named = [one for one in desk.door.stream(partner.id, SCREEN) if partner.names(one.version)]
    facts = [one.fact for one in named if isinstance(one.fact, PersonNamed)]
    return any(number_code(fact.number) == number for fact in facts if fact.number)


def set_phrase(desk: Desk, partner: str, phrase: str) -> None:
    """Set the phrase that callers of a partner are verified by."""
    check_length(plainly(phrase), "shared phrase")
    desk.do([Act(partner_stream(partner), SetPhrase(verifier_of(plainly(phrase))))])
