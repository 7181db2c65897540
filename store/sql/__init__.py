"""The SQL objects of the store, one to a file; `{t}` stands for the name of the table of facts."""
