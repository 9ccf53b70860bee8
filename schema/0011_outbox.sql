-- 0011_outbox — what Koi wishes to tell WeCom, and the welcomes that new friends are waiting for.
--
-- A wish is written in the transaction of the change that wants it, so what was acknowledged will
-- be told (src/domain/outbox_work.h). Wishes of one order_key are told one after the other. They
-- are removed inbox_days after they ended.

CREATE TABLE outbox (
    id          @PK@,                          -- ascending in the order they were made
    kind        @TEXT@ NOT NULL,               -- "mark_tag", "tag_add", "tag_edit", "tag_delete"
    order_key   @TEXT@ NOT NULL,               -- "relation:123", "tags": our ids, no names
    object_id   @INT@ NOT NULL,                -- what of the key it is about, a tag; 0: all of it
    once_hash   @BYTES@,                       -- keyed, of what is wished once only; NULL: often
    body_sealed @BYTES@,                       -- what to tell, JSON; NULL when ended well
    account_id  @INT@ REFERENCES account (id), -- who asked for it; NULL: Koi by itself
    made_us     @INT@ NOT NULL,
    state       @TEXT@ NOT NULL
                CHECK (state = 'waiting'       -- for its turn, or for its next attempt
                    OR state = 'done'          -- WeCom has taken it
                    OR state = 'dropped'       -- a later wish, an operator or an end made it void
                    OR state = 'unsure'        -- it may have been done: an operator decides
                    OR state = 'dead'),        -- refused for good, until someone asks for it again
    attempts    @INT@ NOT NULL DEFAULT 0,      -- that failed
    begun_us    @INT@,                         -- of what must not be done twice: when it was sent
    due_us      @INT@ NOT NULL,                -- not tried before
    ended_us    @INT@,                         -- NULL while waiting
    error       @TEXT@,                        -- JSON {code, zh, en, hint_zh, hint_en}
    CHECK ((ended_us IS NULL) = (state = 'waiting'))
) @STRICT@;
-- Of one thing the latest wish alone waits.
CREATE UNIQUE INDEX outbox_wish ON outbox (order_key, kind, object_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX outbox_once ON outbox (once_hash);
CREATE INDEX outbox_order ON outbox (order_key, id);
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_ended ON outbox (ended_us) WHERE ended_us IS NOT NULL;

-- A welcome: put in the transaction that stores the callback, sent by a lane of its own within the
-- 20 s that its code lives (src/connect/wecom/welcome.h).
CREATE TABLE welcome (
    id          @PK@,
    code_hash   @BYTES@ NOT NULL,              -- keyed, of the code: told twice, sent once
    body_sealed @BYTES@,                       -- JSON {code, text}; NULL when ended
    received_us @INT@ NOT NULL,                -- when the callback came
    expires_us  @INT@ NOT NULL,                -- when the code dies, by our clock
    state       @TEXT@ NOT NULL
                CHECK (state = 'waiting'
                    OR state = 'sent'
                    OR state = 'unsure'        -- an answer was lost, and the code is used
                    OR state = 'missed'),
    reason      @TEXT@,                        -- of a miss: "expired", "limiter", "chatting" …
    took_ms     @INT@,                         -- from the callback to WeCom's answer
    ended_us    @INT@,                         -- NULL while waiting
    error       @TEXT@,                        -- JSON, as in outbox
    CHECK ((ended_us IS NULL) = (state = 'waiting'))
) @STRICT@;
CREATE UNIQUE INDEX welcome_code ON welcome (code_hash);
CREATE INDEX welcome_waiting ON welcome (expires_us) WHERE state = 'waiting';
CREATE INDEX welcome_received ON welcome (received_us);
CREATE INDEX welcome_missed ON welcome (received_us) WHERE state = 'missed';

-- Whether a group's tags are WeCom's, or are to be: changes of them here are told. Others are
-- Koi's own.
ALTER TABLE tag_group ADD COLUMN wecom @INT@ NOT NULL DEFAULT 0 CHECK (wecom IN (0, 1));
UPDATE tag_group SET wecom = 1 WHERE external_id IS NOT NULL;
