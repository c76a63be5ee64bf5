-- KEYS: the boot record. ARGV: the server's run id (40), what this connection already knows of it in ms, or ''.
-- Gives from when on records are trusted, in ms since 1970: the record says which run of a server it was written in.
local found = redis.pcall('GET', KEYS[1])
if type(found) == 'table' then return found end
if found and string.sub(found, 1, 40) == ARGV[1] then return tonumber(string.sub(found, 41)) end
local not_before = ARGV[2]
if not_before == '' then
  local time = redis.call('TIME')
  -- Another run: what it has may be an old snapshot, in which values stand that were invalidated since. Where the record was
  -- evicted nobody knows; in an empty database there is nothing to distrust.
  not_before = '0'
  if found or redis.call('DBSIZE') > 0 then
    not_before = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + 1)
  end
end
redis.call('SET', KEYS[1], ARGV[1] .. not_before)
return tonumber(not_before)
