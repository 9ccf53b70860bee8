-- 0017_staff_figures — what WeCom counts of staff and groups by day, and hand-overs of customers
-- and groups to other staff. Ids and counts only: no text of anybody's chat is ever stored.

-- A member of staff on a day of the corp's zone, as externalcontact/get_user_behavior_data tells
-- it, under WeCom's own names. NULL: not told (the two rates are left out on days without chats).
CREATE TABLE staff_day (
    staff_id              @INT@ NOT NULL,
    day                   @INT@ NOT NULL,
    chat_cnt              @INT@,               -- chats in which the member wrote
    message_cnt           @INT@,               -- messages that the member sent
    reply_percentage      @REAL@,              -- of chats begun by customers, replied to: 0 … 100
    avg_reply_time        @INT@,               -- minutes until the first reply
    negative_feedback_cnt @INT@,               -- customers who deleted or blocked the member
    new_apply_cnt         @INT@,               -- requests to be friends that the member sent
    new_contact_cnt       @INT@,               -- friends that were added
    told_us               @INT@ NOT NULL,      -- when WeCom was asked
    PRIMARY KEY (staff_id, day)
) @CLUSTERED@;
CREATE INDEX staff_day_day ON staff_day (day);

-- A group owner on a day, as externalcontact/groupchat/statistic_group_by_day tells of one.
CREATE TABLE owner_day (
    staff_id                 @INT@ NOT NULL,   -- the owner
    day                      @INT@ NOT NULL,
    new_chat_cnt             @INT@,            -- groups that were made
    chat_total               @INT@,            -- groups at the end of the day
    chat_has_msg             @INT@,            -- of those, with a message that day
    new_member_cnt           @INT@,            -- members who joined
    member_total             @INT@,            -- members at the end of the day
    member_has_msg           @INT@,            -- of those, who wrote that day
    msg_total                @INT@,            -- messages in them
    migrate_trainee_chat_cnt @INT@,            -- moved from WeChat by trainees (WeCom's education)
    told_us                  @INT@ NOT NULL,
    PRIMARY KEY (staff_id, day)
) @CLUSTERED@;
CREATE INDEX owner_day_day ON owner_day (day);

-- A hand-over 继承: what one member of staff has is to pass to others.
CREATE TABLE handover (
    id            @PK@,
    from_staff_id @INT@ NOT NULL,
    kind          @TEXT@ NOT NULL CHECK (kind IN ('onjob', 'resigned')),
    rule          @TEXT@ NOT NULL
                  CHECK (rule IN ('one', 'even', 'weights', 'department', 'expression')),
    heirs         @TEXT@ NOT NULL,             -- JSON: who may get what, as asked for
    expression    @TEXT@,                      -- only these customers; NULL: all of them
    message       @TEXT@,                      -- words that WeCom shows to them, on the job
    reason        @TEXT@ NOT NULL,             -- as typed; goes into the history of bindings
    state         @TEXT@ NOT NULL CHECK (state IN ('making', 'running', 'done', 'stopped')),
    listed_s      @INT@,                       -- after leaving: when WeCom's list was compared
    unknown       @INT@ NOT NULL DEFAULT 0,    -- customers of that list whom Koi does not know
    error         @TEXT@,                      -- JSON, why WeCom could not be asked last
    account_id    @INT@,                       -- who asked; NULL: the command line
    created_s     @INT@ NOT NULL,
    ended_s       @INT@
) @STRICT@;
CREATE INDEX handover_from ON handover (from_staff_id, id);
CREATE INDEX handover_open ON handover (state, id);

-- A customer or group of a hand-over. `asking` is written before WeCom is asked: one found so later
-- is looked for in transfer_result instead of asked for again, since each asking may be one of the
-- two that a customer has in 90 days.
CREATE TABLE handover_item (
    id          @PK@,
    handover_id @INT@ NOT NULL,
    kind        @TEXT@ NOT NULL CHECK (kind IN ('customer', 'group')),
    object_id   @INT@ NOT NULL,                -- customer as born, or chat_group
    staff_id    @INT@ NOT NULL,                -- to whom
    state       @TEXT@ NOT NULL
                CHECK (state = 'waiting' OR state = 'asking' OR state = 'asked' OR state = 'refused'
                    OR state = 'passed' OR state = 'lost' OR state = 'stopped'),
    code        @TEXT@,                        -- the last refusal: "customer_refused" …
    tries       @INT@ NOT NULL DEFAULT 0,      -- askings that WeCom took
    refusals    @INT@ NOT NULL DEFAULT 0,
    asked_s     @INT@,                         -- when WeCom was asked last
    due_s       @INT@,                         -- when it is looked at next; NULL: it has ended
    changed_s   @INT@ NOT NULL                 -- when it came to this state
) @STRICT@;
CREATE INDEX handover_item_of ON handover_item (handover_id, state, id);
CREATE INDEX handover_item_object ON handover_item (kind, object_id);
CREATE INDEX handover_item_due ON handover_item (due_s) WHERE due_s IS NOT NULL;

INSERT INTO event_kind (id, name, zh, en, touch) VALUES
    (66, 'handover_lost', '继承流失', 'did not come along in a hand-over', 0);
