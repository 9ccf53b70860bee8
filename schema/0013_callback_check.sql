-- 0013_callback_check — when others have checked the address of our callback.
--
-- Deliveries are rows of inbox; the check that WeCom makes while the address is being saved in its
-- console leaves nothing else behind, and whoever sets Koi up wants to know whether it came.

CREATE TABLE callback_check (
    source     @TEXT@ PRIMARY KEY CHECK (source = 'wecom'), -- who checked
    checked_us @INT@ NOT NULL              -- the last time that a check was answered, by our clock
) @CLUSTERED@;
