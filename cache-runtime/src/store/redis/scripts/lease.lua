-- KEYS: entry. ARGV: lease, its time in ms, the beginning of a dead record, that record's length or -1.
local dead = ARGV[4] ~= '-1' and stands(KEYS[1], ARGV[3], ARGV[4])
if type(dead) == 'table' then return dead end
if not dead then
  local found = redis.pcall('GET', KEYS[1])
  if found then return found end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
