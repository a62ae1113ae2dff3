-- What is declared of each collection; its documents are in a table c_<name> of their own.
CREATE TABLE store_collections (
    name text PRIMARY KEY,
    version integer NOT NULL,            -- schema version of the documents
    migrated bigint NOT NULL DEFAULT 0,  -- while they are migrated: those up to this id have the next version
    indexes jsonb NOT NULL,              -- fields that are looked up
    uniques jsonb NOT NULL,              -- fields whose values may not occur twice
    epoch text,                          -- names the history of changes, if there is one
    last_change bigint NOT NULL DEFAULT 0
);

-- Documents of collections with a history that were deleted; no number yet means: not told to a consumer yet.
CREATE TABLE store_deleted (
    collection text NOT NULL,
    id bigint NOT NULL,
    changed bigint,
    PRIMARY KEY (collection, id)
);

CREATE INDEX store_deleted_changed ON store_deleted (collection, changed);
