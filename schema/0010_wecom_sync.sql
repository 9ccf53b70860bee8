-- 0010_wecom_sync — what a full sync with WeCom goes through (src/connect/wecom/sync.h).
--
-- A sync is a job; its place is the job's cursor. Here are the things that it asks about one after
-- the other, and what went wrong with which of them. The next sync removes the rows of the last.

CREATE TABLE wecom_sync_item (
    job_id @INT@ NOT NULL,
    kind   @TEXT@ NOT NULL
           CHECK (kind = 'department'      -- whose members are asked for
               OR kind = 'member'          -- told as a member of staff in this sync
               OR kind = 'follow'          -- may serve customers: theirs are asked for
               OR kind = 'group'),         -- only those that could not be asked for
    ref    @TEXT@ NOT NULL,                -- WeCom's id: department, userid, chat_id
    chunk  @INT@ NOT NULL DEFAULT 0,       -- those of one chunk are asked for in one call
    state  @TEXT@ NOT NULL
           CHECK (state = 'waiting'
               OR state = 'done'
               OR state = 'outside'        -- not in the app's visible range, so nothing is known
               OR state = 'failed'),
    error  @TEXT@,                         -- JSON {code, zh, en, hint_zh, hint_en}
    PRIMARY KEY (job_id, kind, ref)
) @CLUSTERED@;
CREATE INDEX wecom_sync_item_state ON wecom_sync_item (job_id, kind, state, chunk, ref);
