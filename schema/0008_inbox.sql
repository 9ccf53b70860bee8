-- 0008_inbox — what other people's servers have told us, stored before it is answered.
--
-- A callback is verified, put here and answered; a worker takes it from here afterwards
-- (src/domain/inbox_work.h), so nothing that was answered is lost. Rows of one order_key are worked
-- on one after the other in order of arrival. They are removed inbox_days after they ended.

CREATE TABLE inbox (
    id          @PK@,                          -- ascending in order of arrival
    source      @TEXT@ NOT NULL CHECK (source = 'wecom'), -- who told
    hash        @BYTES@ NOT NULL,              -- keyed, of the whole message: told twice, kept once
    kind        @TEXT@ NOT NULL,               -- "change_external_tag/create" …, "unknown"
    order_key   @TEXT@ NOT NULL,               -- "contact:wm…", "chat:wr…", "tag" …: ids, no names
    body_sealed @BYTES@,                       -- the message; NULL when done
    received_us @INT@ NOT NULL,
    state       @TEXT@ NOT NULL
                CHECK (state = 'waiting'       -- for its turn, or for its next attempt
                    OR state = 'done'
                    OR state = 'ignored'       -- nothing handles this kind
                    OR state = 'dead'),        -- failed for good, until someone asks for it again
    attempts    @INT@ NOT NULL DEFAULT 0,      -- that failed
    due_us      @INT@ NOT NULL,                -- not tried before
    ended_us    @INT@,                         -- NULL while waiting
    error       @TEXT@,                        -- JSON {code, zh, en} of the last failed attempt
    CHECK ((ended_us IS NULL) = (state = 'waiting'))
) @STRICT@;
CREATE UNIQUE INDEX inbox_hash ON inbox (hash);
CREATE INDEX inbox_order ON inbox (order_key, id);
CREATE INDEX inbox_state ON inbox (state, id);
CREATE INDEX inbox_due ON inbox (due_us) WHERE state = 'waiting';
CREATE INDEX inbox_ended ON inbox (ended_us) WHERE ended_us IS NOT NULL;
