-- 0016_reserved — keeps the numbers gapless until what takes this one is merged.
SELECT 1;
