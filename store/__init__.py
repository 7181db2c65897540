"""How the facts are kept: the only rooms that know a database, a key or a file format."""
