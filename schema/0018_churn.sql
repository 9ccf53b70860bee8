-- 0018_churn — who was lost and matters; and an index that finds work of one kind.

-- The syncs with WeCom among all jobs, newest first.
CREATE INDEX job_kind ON job (kind, id);

-- The groups of a member of staff.
CREATE INDEX chat_group_owner ON chat_group (owner_id);

-- A customer who matters ended a friendship or left a group. Rules: src/domain/churn.h. The id is
-- the event's number in the log, so that no event is told twice.
CREATE TABLE churn_alert (
    id          @PK@,
    customer_id @INT@ NOT NULL,              -- as born; an erased customer's alerts are deleted
    kind        @TEXT@ NOT NULL CHECK (kind = 'friend_delete' OR kind = 'group_leave'),
    staff_id    @INT@,                       -- whose friend they were; who owns the group
    group_id    @INT@,
    at_s        @INT@ NOT NULL,              -- when it was
    seen_s      @INT@ NOT NULL,              -- when Koi told of it
    why         @TEXT@ NOT NULL CHECK (why = 'spend' OR why = 'tier' OR why = 'audience'),
    matched     @TEXT@ NOT NULL DEFAULT '',  -- the tier's or the audience's name then
    spend_fen   @INT@ NOT NULL,              -- net, then
    assigned_id @INT@,                       -- the member of staff who is to see to it
    handled_s   @INT@,                       -- NULL: open
    account_id  @INT@,                       -- who changed it last
    note_sealed @BYTES@
) @STRICT@;
CREATE INDEX churn_alert_customer ON churn_alert (customer_id);
CREATE INDEX churn_alert_open ON churn_alert (id) WHERE handled_s IS NULL;

-- How far the log has been looked through; one row.
CREATE TABLE churn_place (
    id  @PK@,
    seq @INT@ NOT NULL
) @STRICT@;
