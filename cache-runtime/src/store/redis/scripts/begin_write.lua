-- KEYS: entry. ARGV: a mark with one writer, its time in ms. Gives the id of the mark that stands.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if is_mark(found) then
  contend(KEYS[1], found, string.sub(found, 33) .. string.sub(ARGV[1], 33))
  return string.sub(found, 5, 20)
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return string.sub(ARGV[1], 5, 20)
