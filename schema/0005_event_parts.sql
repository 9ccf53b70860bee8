-- 0005_event_parts — the index of the log by customer, in sorted parts.
--
-- A B-tree by (customer, time) costs a page written at random for each event: 9,800 bytes of
-- write-ahead log a row at ten million rows. So the index is made behind the log, in parts that are
-- sorted once and never changed: a part covers a run of the log's numbers, sixteen of a level
-- become one of the next (bounds in src/domain/event_parts.h). What is above the last part, the
-- tail, is short and kept in memory by whoever asks (src/store/event_index.h is the one way to
-- ask). Parts are derived: without them every answer is the same, by reading the log.

CREATE TABLE event_part (
    id        @PK@,
    level     @INT@ NOT NULL,
    from_seq  @INT@ NOT NULL,           -- the numbers it covers; those in use follow each other
    to_seq    @INT@ NOT NULL,
    from_s    @INT@ NOT NULL,           -- the earliest and the latest event
    to_s      @INT@ NOT NULL,
    events    @INT@ NOT NULL,
    -- 0 being written, 1 in use, 2 replaced by a larger one
    state     @INT@ NOT NULL CHECK (state IN (0, 1, 2)),
    touched_s @INT@ NOT NULL            -- when it was last written to: its writer may have died
) @STRICT@;
CREATE UNIQUE INDEX event_part_from ON event_part (level, from_seq);

-- The events of a part by customer, time and number, packed into blocks. A customer of whom there
-- is more than a block holds has blocks alone; so those of a customer are all that have the least
-- last_id not below theirs. What the bytes mean: src/store/event_block.c.
CREATE TABLE event_part_block (
    part_id @INT@ NOT NULL,
    last_id @INT@ NOT NULL,             -- the last customer in it
    no      @INT@ NOT NULL,             -- from 0, of blocks with the same last_id
    from_s  @INT@ NOT NULL,             -- the earliest and the latest event
    to_s    @INT@ NOT NULL,
    bytes   @BYTES@ NOT NULL,
    PRIMARY KEY (part_id, last_id, no)
) @CLUSTERED@;

-- What they stand in for.
DROP INDEX event_customer;
