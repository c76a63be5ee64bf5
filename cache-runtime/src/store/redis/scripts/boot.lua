-- KEYS: the boot record. ARGV: the server's run id (40), what this connection already knows of it in ms, or ''.
-- Gives from when on records are trusted, in ms since 1970: the record says which run of a server it was written in.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
local is_same = found and string.sub(found, 1, 40) == ARGV[1]
local recorded = found and tonumber(string.sub(found, 41)) or 0
local not_before = recorded
if ARGV[2] ~= '' then
  -- This run was seen all the time: a record of another one came along with its slot.
  not_before = math.max(recorded, tonumber(ARGV[2]))
elseif not is_same and (found or redis.call('DBSIZE') > 0) then
  -- Another run: what it has may be an old snapshot, in which values stand that were invalidated since. Where the record was
  -- evicted nobody knows; in an empty database there is nothing to distrust.
  local time = redis.call('TIME')
  not_before = time[1] * 1000 + math.floor(time[2] / 1000) + 1
end
if not is_same or not_before ~= recorded then
  redis.call('SET', KEYS[1], ARGV[1] .. string.format('%.0f', not_before))
end
return not_before
