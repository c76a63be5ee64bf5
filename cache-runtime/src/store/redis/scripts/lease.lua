-- KEYS: entry. ARGV: lease, its time in ms, the beginning of a dead record, that record's length or -1.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
local dead = found and #found == tonumber(ARGV[4]) and string.sub(found, 1, #ARGV[3]) == ARGV[3]
if not found or dead then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return false
end
return found
