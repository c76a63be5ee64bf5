-- KEYS: entry. ARGV: value, its time in ms.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if is_mark(found) then
  contend(KEYS[1], found, string.sub(found, 33))
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
