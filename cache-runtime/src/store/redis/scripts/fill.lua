-- KEYS: entry. ARGV: the beginning and the length of what the value was loaded under, the value, its time in ms.
local found = stands(KEYS[1], ARGV[1], ARGV[2])
if type(found) == 'table' then return found end
if not found then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
