"""A missing episode's form: what a home or a family prepared about somebody, kept while they are missing and then disposed of.

Theory of operation. Philomena and Herbert forms are the carer's, not the force's. What they say is kept in a record of its own
beside the expedite or incident, under a key of its own, and copied nowhere. When the person is back the form stays for the time
that the safeguarding pack gives, and then its words are erased: by the pack's rule, which is the authority, and not by a
person's decision. That there was an episode, when, and how it ended stays in the record that the form is about.
Source: letter, area 1; the forms as forces publish them: seen on a missing report only, disposed of after the return.
"""

from typing import ClassVar

from msgspec.structs import replace

from hueandcry.domain.duty import FIELD, Command, Duty, Role
from hueandcry.domain.erasure import Erased
from hueandcry.domain.fact import Erasure, Fact, Plain, Record, Sealed, fact
from hueandcry.domain.fault import Refused
from hueandcry.domain.pack import PackKind
from hueandcry.domain.questionnaire import scheme_of
from hueandcry.domain.reference import NS_PER_S, Code, Instant, Kind, StreamId
from hueandcry.domain.worked import Questioned, Worked


class Episode(Questioned, frozen=True, kw_only=True):
    """What is known of a form with the seals closed; `dispose_by` is when its words go (ns UTC), 0 while they are needed."""

    kind: ClassVar[Kind] = Kind.EPISODE
    form: str = ""
    about: bytes | None = None
    begun: int = 0
    ended: int = 0
    dispose_by: int = 0

    @property
    def open(self) -> bool:
        """Whether whoever it is about is still missing."""
        return bool(self.begun) and not self.ended

    @property
    def kept(self) -> bool:
        """Whether its words are still to go."""
        return bool(self.begun) and self.erasure is Erasure.NONE


# Facts


@fact("episode.begun", version=1, says="Form {form} for {about}")
class EpisodeBegun(Fact[Episode], frozen=True):
    """Somebody is missing, and a form about them is taken down."""

    form: Plain[Code]
    about: Plain[StreamId]

    def apply(self, episode: Episode) -> Episode:
        return replace(episode, form=self.form, about=self.about, begun=episode.occurred)


@fact("episode.ended", version=1, says="Back; the form is disposed of by {dispose_by}")
class EpisodeEnded(Fact[Episode], frozen=True):
    """Whoever was missing is back, or the episode is over in another way."""

    dispose_by: Plain[Instant]

    def apply(self, episode: Episode) -> Episode:
        return replace(episode, ended=episode.occurred, dispose_by=self.dispose_by)


@fact("record.form_begun", version=1, says="Form {form} begun as {episode}")
class FormBegun(Fact[Worked], frozen=True):
    """A form about whoever is missing is kept in a record of its own."""

    form: Plain[Code]
    episode: Plain[StreamId]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, forms=(*worked.forms, self.episode), forms_open=(*worked.forms_open, self.episode))


@fact("record.form_ended", version=1, says="Back, and form {episode} is not needed any more: {how}")
class FormEnded(Fact[Worked], frozen=True):
    """Whoever the form is about is back."""

    episode: Plain[StreamId]
    how: Sealed[str]

    def apply(self, worked: Worked) -> Worked:
        return replace(worked, forms_open=tuple(one for one in worked.forms_open if one != self.episode))


# Commands


class BeginEpisode(Command[Episode], frozen=True):
    """Begin a form about somebody who is missing."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING
    form: str
    about: bytes

    def decide(self, episode: Episode, duty: Duty) -> list[Fact[Episode]]:
        if not scheme_of(duty).set_of(self.form).form:
            raise Refused(f"{self.form} is no form: ask its questions of the record itself")
        return [EpisodeBegun(self.form, self.about)]


class NoteForm(Command[Worked], frozen=True):
    """Say in a record where the form about whoever is missing is kept."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    form: str
    episode: bytes

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not worked.open:
            raise Refused("nobody works on this any more, so no form is begun")
        return [FormBegun(self.form, self.episode)]


class EndEpisode(Command[Episode], frozen=True):
    """Record that whoever was missing is back; their form goes after the time that the pack gives."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    under: ClassVar[PackKind | None] = PackKind.SAFEGUARDING

    def decide(self, episode: Episode, duty: Duty) -> list[Fact[Episode]]:
        if not episode.version:
            raise Refused("there is no such form")
        if episode.ended:
            raise Refused("that they are back is recorded already")
        return [EpisodeEnded(duty.now + scheme_of(duty).form_kept_s * NS_PER_S)]


class NoteFormEnded(Command[Worked], frozen=True):
    """Say in a record that the form about whoever was missing is not needed any more."""

    may: ClassVar[tuple[Role, ...]] = FIELD
    episode: bytes
    how: str

    def decide(self, worked: Worked, duty: Duty) -> list[Fact[Worked]]:
        if not self.how:
            raise Refused("say where and by whom they were found, and how they are")
        return [FormEnded(self.episode, self.how)] if self.episode in worked.forms_open else []


class DisposeOfForm(Command[Record], frozen=True):
    """Erase a form whose time has come, on the authority of the pack that was adopted; once, whoever keeps the watch."""

    may: ClassVar[tuple[Role, ...]] = (Role.WATCH,)

    def decide(self, record: Record, duty: Duty) -> list[Fact[Record]]:
        due = record.dispose_by if isinstance(record, Episode) else 0
        if not due or due > duty.now or record.erasure is not Erasure.NONE:
            return []
        return [Erased(duty.policy.adoption(PackKind.SAFEGUARDING).by)]
