-- KEYS: entry. ARGV: a mark with one writer, its time in ms, the key's hash. Gives the id of the mark that stands.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if is_mark(found) then
  contend(KEYS[1], found, string.sub(found, 49) .. string.sub(ARGV[1], 49))
  return string.sub(found, 5, 20)
end
local mark = ARGV[1]
-- Not the version of a key that was renamed: it says nothing of this one's.
if found and string.sub(found, 69, 76) == ARGV[3] and version(found) then
  mark = string.sub(mark, 1, 32) .. string.sub(found, 77, 84) .. '\1' .. string.sub(mark, 42)
end
redis.call('SET', KEYS[1], mark, 'PX', ARGV[2])
return string.sub(ARGV[1], 5, 20)
