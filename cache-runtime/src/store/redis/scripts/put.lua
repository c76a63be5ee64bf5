-- KEYS: entry. ARGV: value, its time in ms. Gives 1: stored, 0: somebody writes, 2: a newer one stands there.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if is_mark(found) then
  contend(KEYS[1], found, string.sub(found, 49))
  return 0
end
-- A key that was renamed brings its version along; it says nothing of this one's.
if found and same_key(ARGV[1], found) and is_older(ARGV[1], version(found)) then return 2 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
