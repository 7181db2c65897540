"""The packs that a new store adopts, as text; a force writes its own beside them."""
