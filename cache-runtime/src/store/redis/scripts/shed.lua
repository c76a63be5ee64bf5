-- KEYS: entry. ARGV: the most bytes that a record has. Gives 1: what stood there was larger, and is gone.
local length = redis.pcall('STRLEN', KEYS[1])
if type(length) == 'table' then return length end
if length <= tonumber(ARGV[1]) then return 0 end
return redis.call('UNLINK', KEYS[1])
