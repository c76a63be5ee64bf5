-- KEYS: entry. ARGV: lease, a time in ms. Somebody has made it without an end (PERSIST, a dump that was restored).
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if found ~= ARGV[1] or redis.call('PTTL', KEYS[1]) ~= -1 then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
