-- 0024_group_business — what people decided about a group, and since when its owner owns it.
-- Figures of groups are worked out from memberships, orders and the log (docs/GROUPS.md); nothing
-- is kept of them.

-- When Koi was told that the owner had changed; NULL: no change was ever seen. WeCom counts
-- messages by owner only, so they are a group's while its owner had no other one.
ALTER TABLE chat_group ADD COLUMN owner_since_s @INT@;

-- What is to become of the group; NULL: nobody decided, so it may be proposed
-- (src/domain/group_verdict.h).
ALTER TABLE chat_group ADD COLUMN plan @TEXT@
    CHECK (plan = 'keep' OR plan = 'revive' OR plan = 'give_up');
ALTER TABLE chat_group ADD COLUMN plan_note_sealed @BYTES@; -- why, as typed
ALTER TABLE chat_group ADD COLUMN plan_account_id @INT@;    -- who decided; NULL: the command line
ALTER TABLE chat_group ADD COLUMN plan_s @INT@;             -- when
