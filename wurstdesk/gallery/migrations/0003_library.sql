-- Negatives and thumbnails move into files of their own (see schema), under names made of their
-- content: so this database stays small enough to be copied every day, and what is lost here finds
-- them again. schema has copied the negatives already.
INSERT OR IGNORE INTO thumbnails.images (content_hash, side, image)
    SELECT content_hash, 256, image FROM main.thumbnails JOIN pictures ON id = picture;
DROP TABLE main.thumbnails;

CREATE TABLE pictures_now (
    id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: others may remember an id
    created TEXT NOT NULL,                  -- UTC, ISO 8601 with milliseconds: sorts as text
    day TEXT NOT NULL,                      -- the date where it was made: 2026-11-24
    path TEXT UNIQUE,                       -- with '/', absolute, or relative (see rows.PathNames);
                                            -- NULL once another picture took its place
    content_hash TEXT NOT NULL,             -- SHA-256 of the file, hexadecimal
    file_size INTEGER NOT NULL,
    source TEXT NOT NULL DEFAULT 'wurstdesk',  -- image_metadata.Source: which program made it
    request TEXT CHECK (request IS NULL OR json_valid(request)),  -- GenerationRequest.to_dict():
                                            -- the truth; NULL for other programs' pictures
    metadata TEXT CHECK (metadata IS NULL OR json_valid(metadata)),  -- of those,
                                            -- ImageMetadata.to_dict()
    provenance TEXT CHECK (provenance IS NULL OR json_valid(provenance)),  -- Provenance.to_dict()
    prompt TEXT NOT NULL,                   -- this and what follows up to dtype: copies out of
    negative_prompt TEXT NOT NULL,          -- the above, to be searched and sorted by
    seed INTEGER,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    checkpoint_name TEXT NOT NULL,
    checkpoint_hash TEXT NOT NULL,
    device TEXT NOT NULL,
    dtype TEXT NOT NULL,
    seconds TEXT NOT NULL CHECK (json_valid(seconds)),    -- {stage: wall seconds}
    notes TEXT NOT NULL CHECK (json_valid(notes)),        -- [sentence]
    stack_key TEXT NOT NULL,                -- alike for pictures that differ only in their seed
    rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
    favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
    verdict INTEGER NOT NULL DEFAULT 0 CHECK (verdict IN (-1, 0, 1)),  -- rejected, none, kept
    trashed TEXT,                           -- since when it is in the trash, as created
    missing TEXT,                           -- since when its file is not where it was, as created
    parent INTEGER REFERENCES pictures (id) ON DELETE SET NULL,
    negative TEXT                           -- SHA-256 of its Stage C latent, in negatives.latents
) STRICT;

INSERT INTO pictures_now (id, created, day, path, content_hash, file_size, request, provenance,
        prompt, negative_prompt, seed, width, height, checkpoint_name, checkpoint_hash, device,
        dtype, seconds, notes, stack_key, rating, favourite, parent, negative)
    SELECT p.id, p.created, local_day(p.created), path, content_hash, file_size, request,
        json_object('device', device, 'dtype', p.dtype, 'threads', threads,
            'checkpoint_name', checkpoint_name, 'checkpoint_hash', checkpoint_hash,
            'versions', json(versions), 'fp8', json('false'), 'compiled', json('false'),
            'copy_of', '', 'copy_of_hash', ''),
        prompt, negative_prompt, seed, p.width, p.height, checkpoint_name, checkpoint_hash, device,
        p.dtype, seconds, notes, stack_key(request, checkpoint_hash), rating, favourite, parent,
        sha256(n.data)
    FROM pictures p LEFT JOIN main.negatives n ON n.id = p.negative;

-- Ids go on where they stood, although the newest picture may be gone.
DELETE FROM main.sqlite_sequence WHERE name = 'pictures_now';
INSERT INTO main.sqlite_sequence (name, seq)
    SELECT 'pictures_now', seq FROM main.sqlite_sequence WHERE name = 'pictures';

DROP TABLE pictures;
DROP TABLE main.negatives;
ALTER TABLE pictures_now RENAME TO pictures;

CREATE INDEX pictures_by_created ON pictures (created DESC, id DESC) WHERE trashed IS NULL;
-- The page's usual list reads this index alone, which is as small as can be: after a start it comes
-- from the disk.
CREATE INDEX pictures_by_day ON pictures (day DESC, created DESC, id DESC) WHERE trashed IS NULL;
-- Every other list and filter reads this one alone: 150 bytes a picture instead of 2,500. What is
-- added to pictures and filtered by belongs in it, too.
CREATE INDEX pictures_listed ON pictures (day DESC, created DESC, id DESC, rating, favourite,
    verdict, width, height, seed, source, checkpoint_name, missing, stack_key)
    WHERE trashed IS NULL;
CREATE INDEX pictures_by_content_hash ON pictures (content_hash);
CREATE INDEX pictures_by_seed ON pictures (seed, created);
CREATE INDEX pictures_by_stack ON pictures (stack_key, created DESC);
CREATE INDEX pictures_by_parent ON pictures (parent) WHERE parent IS NOT NULL;
CREATE INDEX pictures_by_negative ON pictures (negative) WHERE negative IS NOT NULL;
CREATE INDEX favourites ON pictures (favourite) WHERE favourite = 1 AND trashed IS NULL;
CREATE INDEX rejected_pictures ON pictures (verdict) WHERE verdict = -1 AND trashed IS NULL;
CREATE INDEX trashed_pictures ON pictures (trashed) WHERE trashed IS NOT NULL;
CREATE INDEX missing_pictures ON pictures (missing) WHERE missing IS NOT NULL;

CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE picture_tags (
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    tag INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (picture, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX picture_tags_by_tag ON picture_tags (tag, picture);

CREATE TABLE albums (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    created TEXT NOT NULL
) STRICT;

CREATE TABLE album_pictures (
    album INTEGER NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
    picture INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    added TEXT NOT NULL,
    PRIMARY KEY (album, picture)
) STRICT, WITHOUT ROWID;

CREATE INDEX album_pictures_by_picture ON album_pictures (picture);

CREATE TABLE saved_searches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    text TEXT NOT NULL,                     -- as it is typed
    sort TEXT NOT NULL                      -- records.Sort
) STRICT;

-- What is searched by words; written by rows.index_texts, never read back.
CREATE VIRTUAL TABLE picture_texts USING fts5 (
    prompt, tags, content = '', contentless_delete = 1, prefix = '1 2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);

INSERT INTO picture_texts (rowid, prompt, tags) SELECT id, search_text(prompt), '' FROM pictures;
