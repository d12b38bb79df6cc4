-- A Stage C latent. Its own table, since several pictures can be developed from one.
CREATE TABLE negatives (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created TEXT NOT NULL,                  -- UTC, ISO 8601 with milliseconds
    channels INTEGER NOT NULL,
    height INTEGER NOT NULL,
    width INTEGER NOT NULL,
    dtype TEXT NOT NULL CHECK (dtype IN ('float32', 'float16', 'bfloat16')),
    data BLOB NOT NULL                      -- C order, little endian, in x_C units
) STRICT;

CREATE TABLE pictures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: others may remember an id
    created TEXT NOT NULL,                  -- UTC, ISO 8601 with milliseconds: sorts as text
    path TEXT UNIQUE,                       -- with '/', absolute, or relative (see rows.PathNames);
                                            -- NULL once another picture took its place
    content_hash TEXT NOT NULL,             -- SHA-256 of the file, hexadecimal
    file_size INTEGER NOT NULL,
    request TEXT NOT NULL CHECK (json_valid(request)),  -- GenerationRequest.to_dict(): the truth
    prompt TEXT NOT NULL,                   -- this and the next four: copies out of request,
    negative_prompt TEXT NOT NULL,          -- to be searched and sorted by
    seed INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    checkpoint_name TEXT NOT NULL,
    checkpoint_hash TEXT NOT NULL,
    device TEXT NOT NULL,
    dtype TEXT NOT NULL,
    threads INTEGER NOT NULL,
    versions TEXT NOT NULL CHECK (json_valid(versions)),  -- {library: version}
    seconds TEXT NOT NULL CHECK (json_valid(seconds)),    -- {stage: wall seconds}
    notes TEXT NOT NULL CHECK (json_valid(notes)),        -- [sentence]
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
    parent INTEGER REFERENCES pictures (id) ON DELETE SET NULL,
    negative INTEGER REFERENCES negatives (id) ON DELETE SET NULL
) STRICT;

CREATE INDEX pictures_by_created ON pictures (created);
CREATE INDEX pictures_by_content_hash ON pictures (content_hash);
CREATE INDEX pictures_by_parent ON pictures (parent);
CREATE INDEX pictures_by_negative ON pictures (negative);

CREATE TABLE thumbnails (
    picture INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    image BLOB NOT NULL                     -- a WebP file, longer side 256 pixels
) STRICT;

-- PNG files in the pictures folder that are not ours to note, so that a start reads each only once.
CREATE TABLE strangers (
    path TEXT PRIMARY KEY,                  -- as in pictures
    file_size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
