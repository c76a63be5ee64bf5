-- KEYS: entry. What is no string is not ours, and stays.
local found = redis.pcall('GETRANGE', KEYS[1], 0, 0)
if type(found) == 'table' then return found end
return redis.call('UNLINK', KEYS[1])
