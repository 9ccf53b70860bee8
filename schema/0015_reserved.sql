-- 0015_reserved — stands in for the file of this number, which comes from elsewhere.
SELECT 1;
