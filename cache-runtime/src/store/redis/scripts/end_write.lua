-- KEYS: entry. ARGV: the mark's id, the writer's, value or '', its time in ms. Gives 1: stored, 2: removed, 0: contended.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
-- The mark is gone, and what came after it too: who knows what happened in between.
if not found then return 0 end
if is_mark(found) and string.sub(found, 5, 20) == ARGV[1] then
  if string.byte(found, 4) == 0 then
    -- A value that is older than the one which the write replaced was read from a replica that lags behind.
    local low, high = nil, nil
    if string.byte(found, 41) == 1 then low, high = struct.unpack('<I4I4', string.sub(found, 33, 40)) end
    if ARGV[3] == '' or is_older(ARGV[3], low, high) then
      redis.call('UNLINK', KEYS[1])
      return 2
    end
    redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
    return 1
  end
  local left = without(found, ARGV[2])
  if left ~= '' then
    contend(KEYS[1], found, left)
    return 0
  end
end
-- The last one out of a contended mark; or the mark was evicted, and a reader may have filled in a value from before
-- the commit, or is about to.
redis.call('UNLINK', KEYS[1])
return 0
