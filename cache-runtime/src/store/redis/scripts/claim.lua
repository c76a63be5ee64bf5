-- KEYS: entry. ARGV: the value's beginning, its length, the claim (8), and what it may take the place of: '' any, 'loading' that
-- of a load under way, else none or one that has ended by this time in ms.
local found = stands(KEYS[1], ARGV[1], ARGV[2])
if type(found) == 'table' then return found end
if not found then return 0 end
if ARGV[4] ~= '' then
  local claim = redis.call('GETRANGE', KEYS[1], 52, 59)
  -- The highest bit says that a load has failed.
  local last = string.byte(claim, 8)
  local until_then = struct.unpack('<I8', string.sub(claim, 1, 7) .. string.char(last % 128))
  if ARGV[4] == 'loading' then
    if last >= 128 or until_then == 0 then return 0 end
  elseif until_then > tonumber(ARGV[4]) then
    return 0
  end
end
-- SETRANGE keeps the value's end where it is.
redis.call('SETRANGE', KEYS[1], 52, ARGV[3])
return 1
