-- 0015_reserved — stands in for a file that is written elsewhere: numbers have no gap.

DROP TABLE IF EXISTS reserved_0015;
