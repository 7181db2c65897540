CREATE TABLE IF NOT EXISTS {t} (
  position INTEGER PRIMARY KEY,
  stream NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  head BLOB NOT NULL,
  police BLOB,
  police_digest BLOB,
  sealed BLOB,
  sealed_digest BLOB,
  local BLOB,
  local_digest BLOB,
  UNIQUE (stream, version)
)
