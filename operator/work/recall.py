"""Lines about callers who were lost, who do not speak, or who need help to talk."""

from hueandcry.domain import recall
from hueandcry.domain.recall import Means, Reached, SilentStep
from hueandcry.operator import slots
from hueandcry.operator.desk import Act, Desk
from hueandcry.operator.grammar import Line, Verb
from hueandcry.operator.slots import CONTACT


def recall_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], recall.TryRecall(Reached(line["reached"]), line["words"]))]


def silent_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], recall.TakeSilentStep(SilentStep(line["step"]), line["words"]))]


def operator_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], recall.NoteOperator(line["on"] == "on"))]


def talks_acts(_: Desk, line: Line) -> list[Act]:
    return [Act(line["contact"], recall.HelpToTalk(Means(line["means"]), line["language"], line["words"]))]


VERBS = (
    Verb(
        name="recall", short="rc", slots=(CONTACT, slots.choice("reached", slots.one_of(Reached)), slots.words("words", optional=True)),
        acts=recall_acts, does="Record an attempt to ring {contact} back, {reached}[: {words}]", example="rc . voicemail left a message",
    ),
    Verb(
        name="silent", short="si", slots=(CONTACT, slots.choice("step", slots.one_of(SilentStep)), slots.words("words", optional=True)),
        acts=silent_acts, does="Record of the silent call {contact}: {step}[: {words}]", example="si . pressed-55",
    ),
    Verb(
        name="operator", short="op", slots=(CONTACT, slots.choice("on", lambda _, __: ["on", "off"])), acts=operator_acts,
        does="Record that the 999 operator of {contact} is {on} the line", example="op . off",
    ),
    Verb(
        name="talks", short="tk", acts=talks_acts,
        slots=(CONTACT, slots.choice("means", slots.one_of(Means)), slots.code("language"), slots.words("words", optional=True)),
        does="Record that {contact} talks by {means}, {language}[: {words}]", example="tk . interpreter polish on the three-way line",
    ),
)  # fmt: skip
