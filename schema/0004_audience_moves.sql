-- 0004_audience_moves — who enters and who leaves each live audience, and how large it was.
--
-- Once a minute (setting audience_seconds) every live audience of customers is asked, all of one
-- snapshot of the mirror and with one `now`, and the answer is held against its members of the tick
-- before. What is written must follow what changed, not how many there are: two million customers,
-- a hundred audiences, a minute. So members are kept as packed lists of at most 900 ids, each with
-- a sum that tells without reading it whether it changed; a minute in which 20 people move writes
-- 20 moves and rewrites at most 20 lists of 3 KB. The first members of an audience are lists only:
-- nobody has entered. A closure writes lists and the moves they come from together, so the two
-- agree after a kill at any moment.

-- Derived: where the following of an audience stands. No row: it is not followed.
CREATE TABLE audience_follow (
    audience_id @PK@,
    version     @INT@ NOT NULL,       -- of the text whose members these are; another begins anew
    step        @INT@ NOT NULL,       -- up with each closure: who read an old one does not write
    -- 0: the first members are being written, and no moves yet
    whole       @INT@ NOT NULL CHECK (whole IN (0, 1)),
    at_s        @INT@ NOT NULL,       -- the pinned now of the last tick that ended; 0: none yet
    size        @INT@ NOT NULL,       -- members in the lists
    sum         @INT@ NOT NULL        -- of all their ids, see audience_member
) @STRICT@;

-- Derived: the members, as root customers, in lists. A list has every member from from_id up to the
-- next list's from_id.
CREATE TABLE audience_member (
    audience_id @INT@ NOT NULL,
    from_id     @INT@ NOT NULL,       -- a customer id, 0 for the first list
    n           @INT@ NOT NULL,
    sum         @INT@ NOT NULL,       -- of a mix of each id, modulo 2^64: equal for equal lists
    ids         @BYTES@ NOT NULL,     -- ascending; differences in 7-bit groups, the lowest first
    PRIMARY KEY (audience_id, from_id)
) @CLUSTERED@;

-- Who entered and who left, kept for audience_days. Ids ascend in time, so whoever remembers one
-- can ask for what came after it. An erased customer's moves are deleted.
CREATE TABLE audience_move (
    audience_id @INT@ NOT NULL,
    id          @INT@ NOT NULL,
    customer_id @INT@ NOT NULL,       -- the root at that time; not declared, as in tier_move
    at_s        @INT@ NOT NULL,       -- the pinned now of the tick that saw it
    entered     @INT@ NOT NULL CHECK (entered IN (0, 1)), -- 0: left
    PRIMARY KEY (audience_id, id)
) @CLUSTERED@;
CREATE INDEX audience_move_customer ON audience_move (customer_id);

-- What became of the size, by the hour: rows for hours in which the audience was followed, kept for
-- 400 days. From row to row, unless `began` is 1:
-- size = size before + entered_n − left_n − gone_n.
CREATE TABLE audience_size (
    audience_id @INT@ NOT NULL,
    hour_s      @INT@ NOT NULL,       -- its first second, UTC
    size        @INT@ NOT NULL,       -- at its last tick
    entered_n   @INT@ NOT NULL,
    left_n      @INT@ NOT NULL,
    gone_n      @INT@ NOT NULL,       -- members that merges and erasures took out
    unlisted_n  @INT@ NOT NULL,       -- of who entered or left, how many have no audience_move
    -- 1: it began (anew), with whoever was in it then
    began       @INT@ NOT NULL CHECK (began IN (0, 1)),
    PRIMARY KEY (audience_id, hour_s)
) @CLUSTERED@;
