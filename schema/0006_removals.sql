-- 0006_removals — how often accounts or products were taken out of the database.
--
-- A process remembers which customer an account leads to and which product a code is
-- (src/domain/known.h): rows that never change, but may be removed by an erasure, the undo of an
-- import or the removal of the demo corp, also by another process. Whoever removes some counts
-- `times` up in the same transaction, so what was remembered holds while the number stands.

CREATE TABLE removal (
    id    @PK@ CHECK (id = 1),
    times @INT@ NOT NULL
) @STRICT@;
INSERT INTO removal (id, times) VALUES (1, 0);
