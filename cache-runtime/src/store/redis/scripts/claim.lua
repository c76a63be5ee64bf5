-- KEYS: entry. ARGV: the value's beginning, its length, the claim (8), the time in ms at which nobody may have claimed it, or ''.
local found = stands(KEYS[1], ARGV[1], ARGV[2])
if type(found) == 'table' then return found end
if not found then return 0 end
if ARGV[4] ~= '' then
  -- Less its highest bit, which says that a load has failed.
  local claim = redis.call('GETRANGE', KEYS[1], 52, 59)
  local until_then = struct.unpack('<I8', string.sub(claim, 1, 7) .. string.char(string.byte(claim, 8) % 128))
  if until_then > tonumber(ARGV[4]) then return 0 end
end
-- SETRANGE keeps the value's end where it is.
redis.call('SETRANGE', KEYS[1], 52, ARGV[3])
return 1
