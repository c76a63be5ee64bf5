-- KEYS: entries. Gives how many values and leases went. What is no string is not ours, and stays.
local gone = 0
for _, key in ipairs(KEYS) do
  local found = redis.pcall('GETRANGE', key, 0, 31)
  if type(found) ~= 'table' then
    if is_mark(found) and redis.call('STRLEN', key) == 32 then
      contend(key, found, 0)
    elseif found ~= '' or redis.call('EXISTS', key) == 1 then
      gone = gone + redis.call('UNLINK', key)
    end
  end
end
return gone
