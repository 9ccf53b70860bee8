-- 0017_churn — who was lost and matters; and an index that finds work of one kind.

-- The syncs with WeCom among all jobs, newest first.
CREATE INDEX job_kind ON job (kind, id);

-- The groups of a member of staff.
CREATE INDEX chat_group_owner ON chat_group (owner_id);
