-- KEYS: entries. Gives how many values and leases went. What is no string is not ours, and stays.
local gone = 0
for _, key in ipairs(KEYS) do
  -- Not read as a whole: a copy of a large value costs more than all the rest.
  local found = redis.pcall('GETRANGE', key, 0, 31)
  if type(found) ~= 'table' then
    if string.sub(found, 1, 3) == '\202w\1' then found = redis.call('GET', key) end
    if is_mark(found) then
      contend(key, found, string.sub(found, 49))
    elseif found ~= '' or redis.call('EXISTS', key) == 1 then
      gone = gone + redis.call('UNLINK', key)
    end
  end
end
return gone
