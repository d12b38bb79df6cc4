-- The queue as it outlives the program: what waits, and what ran when it was kept.
CREATE TABLE jobs (
    key TEXT PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,       -- from 0, in the order in which they are to be made
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running')),
    request TEXT NOT NULL CHECK (json_valid(request))   -- GenerationRequest.to_dict()
) STRICT, WITHOUT ROWID;

-- Seeds that stay at hand, with the picture by which the person knows them. All of it is a copy:
-- the picture itself may go.
CREATE TABLE pinned_seeds (
    seed INTEGER PRIMARY KEY,
    pinned TEXT NOT NULL,                   -- when: UTC, ISO 8601 with milliseconds
    created TEXT NOT NULL,                  -- of the picture, the same
    request TEXT NOT NULL CHECK (json_valid(request)),  -- makes that one picture
    path TEXT,                              -- as in pictures; NULL where there is no file
    thumbnail BLOB NOT NULL                 -- a WebP file, or empty
) STRICT;

CREATE INDEX pictures_by_seed ON pictures (seed, created);
