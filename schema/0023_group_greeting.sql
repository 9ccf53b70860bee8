-- 0023_group_greeting — what a group code's groups greet who joins with: a group welcome template
-- 入群欢迎语 at WeCom, which the owner of each group may pick. Rules: src/domain/group_greeting.h.
-- No personal data: texts are the corp's own.

-- A greeting as people want it, and what WeCom has of it. One that is not wanted any more stays
-- until WeCom has deleted it.
CREATE TABLE group_greeting (
    id          @PK@,
    code_id     @INT@ NOT NULL REFERENCES code (id),
    text        @TEXT@ NOT NULL,               -- {name} of who joins; may be empty
    attachments @TEXT@ NOT NULL DEFAULT '[]',  -- JSON list of one at most, as in code_welcome
    notify      @INT@ NOT NULL DEFAULT 1,      -- 1: WeCom tells owners of groups when it is made
    wanted      @INT@ NOT NULL DEFAULT 1,      -- 0: taken off, or its code has ended
    state       @TEXT@ NOT NULL
                CHECK (state = 'waiting'       -- what people want is to be told
                    OR state = 'offered'       -- WeCom has it as people want it
                    OR state = 'refused'       -- WeCom has refused it for good
                    OR state = 'unsure'        -- it may have been made: an operator decides
                    OR state = 'dropped'),     -- an operator gave up telling it
    template_id @TEXT@,                        -- WeCom's; NULL: none that we know of
    offered_s   @INT@,                         -- since when owners can pick it; NULL: they cannot
    told_s      @INT@,                         -- when WeCom took it last; NULL: never
    problem     @TEXT@                         -- JSON of the last error; NULL: none
) @STRICT@;
CREATE UNIQUE INDEX group_greeting_code ON group_greeting (code_id) WHERE wanted = 1;
CREATE INDEX group_greeting_every ON group_greeting (code_id, id);
