-- 0013_reserved — keeps the number for a file that is made elsewhere, which replaces this one.
DROP TABLE IF EXISTS reserved_0013;
