-- Whether a record of this beginning and length stands there; an error where it is no string. Not read as a whole: a copy of a
-- large value costs more than all the rest.
local function stands(key, beginning, length)
  local found = redis.pcall('GETRANGE', key, 0, #beginning - 1)
  if type(found) == 'table' then return found end
  return found == beginning and redis.call('STRLEN', key) == tonumber(length)
end

