-- KEYS: tag. ARGV: a new tag, its time in ms. Gives the tag that stands.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if not found or #found ~= 28 or string.sub(found, 1, 4) ~= '\202t\1\0' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
-- It outlives every entry that carries it.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return found
