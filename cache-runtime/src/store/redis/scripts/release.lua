-- KEYS: entry. ARGV: the beginning and the length of what goes.
local found = stands(KEYS[1], ARGV[1], ARGV[2])
if type(found) == 'table' then return found end
if not found then return 0 end
return redis.call('UNLINK', KEYS[1])
