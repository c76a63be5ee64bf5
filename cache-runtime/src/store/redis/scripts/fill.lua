-- KEYS: entry. ARGV: the beginning and the length of what the value was loaded under, the value, its time in ms.
-- Gives 1: stored, 0: that is gone, 2: it was loaded in place of a newer one.
local found = stands(KEYS[1], ARGV[1], ARGV[2])
if type(found) == 'table' then return found end
if not found then return 0 end
if is_older(ARGV[3], version(redis.call('GETRANGE', KEYS[1], 0, 83))) then return 2 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
