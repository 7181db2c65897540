"""The board: waiting contacts, partner safeguarding, live incidents, each a list that changes by itself."""

from typing import ClassVar

from hueandcry.operator.screens.livelists import LiveListsScreen, Part
from hueandcry.operator.widgets.columns import contact_columns, incident_columns, lane_columns

LANE = Part("lane", "Partner safeguarding", lane_columns, lambda item: item.queue == "partner")


class BoardScreen(LiveListsScreen):
    """The room's board."""

    NAME: ClassVar[str] = "board"
    PARTS: ClassVar[tuple[Part, ...]] = (
        Part(
            "contacts",
            "Contacts, waiting first",
            contact_columns,
            lambda item: item.kind == "contact" and item.queue != "partner",
        ),
        LANE,
        Part("incidents", "Incidents", incident_columns, lambda item: item.kind == "incident"),
    )
    FIRST: ClassVar[str] = "incidents"
    CSS: ClassVar[str] = """
    #contacts { height: 1fr; min-height: 5; }
    #lane { height: 10%; min-height: 3; }
    #incidents { height: 3fr; min-height: 5; }
    """
