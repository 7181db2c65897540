CREATE TABLE edition (
  digest BLOB NOT NULL,
  places INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  form TEXT NOT NULL
);
CREATE TABLE place (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  district TEXT NOT NULL,
  uprn INTEGER NOT NULL,
  alias TEXT NOT NULL,
  street TEXT NOT NULL,
  town TEXT NOT NULL,
  postcode TEXT NOT NULL,
  beat TEXT NOT NULL,
  lat_e7 INTEGER,
  lon_e7 INTEGER
);
CREATE INDEX place_uprn ON place (uprn);
CREATE TABLE title (
  title TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (title, number)
) WITHOUT ROWID;
CREATE TABLE word (
  joined INTEGER NOT NULL,
  word TEXT NOT NULL,
  sound TEXT NOT NULL,
  named BLOB NOT NULL,
  beside BLOB NOT NULL,
  PRIMARY KEY (joined, word)
) WITHOUT ROWID;
CREATE INDEX word_sound ON word (sound);
