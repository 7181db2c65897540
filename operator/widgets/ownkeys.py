"""The keys of a text that is typed in, done in the order in which they are pressed.

Theory of operation. The screen's library inserts a letter where it comes first, and lets any other key of the widget travel up
to the room and back: over a line that delivers keys in bursts the letters behind it overtake it, and `grade 1 2`, a
Backspace and a `3` would be done as `grade 1 23`. So what a widget binds itself is run at once.
"""

from textual import events
from textual.widget import Widget


async def done_here(widget: Widget, event: events.Key) -> bool:
    """Run what a widget itself binds to a key; tells whether it did, and then the key goes nowhere else."""
    for binding in widget._bindings.key_to_bindings.get(event.key, ()):
        if await widget.app.run_action(binding.action, widget):
            event.stop()
            event.prevent_default()
            return True
    return False
