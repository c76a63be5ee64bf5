-- KEYS: entry. ARGV: the writer's id.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if not found then return 0 end
if is_mark(found) then
  local left, was_there = without(found, ARGV[1])
  -- Others write. To take their mark away would let readers store what they read before those commit; but nothing is stored
  -- under it either, as this writer may have committed without it.
  if left ~= '' or not was_there then
    contend(KEYS[1], found, left)
    return 0
  end
end
return redis.call('UNLINK', KEYS[1])
