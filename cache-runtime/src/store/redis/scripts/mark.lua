-- A write mark: \202w\1, contended, id (16), 0 (4), events (8), the version of what it replaced (8), 1 if that has one (1), 0 (7),
-- and the id of each writer (16).
local function is_mark(record)
  return record and #record >= 64 and #record % 16 == 0 and string.sub(record, 1, 3) == '\202w\1'
end

-- Something happened to the mark: from now on nobody stores under it. Its end stays where it is.
local function contend(key, record, writers)
  local events = struct.unpack('<I8', string.sub(record, 25, 32))
  local head = string.sub(record, 1, 3) .. '\1' .. string.sub(record, 5, 24) .. struct.pack('<I8', events + 1) ..
    string.sub(record, 33, 48)
  redis.call('SET', key, head .. writers, 'KEEPTTL')
end

-- The writers less one, and whether that one was among them.
local function without(record, writer)
  local left, found = '', false
  for at = 49, #record, 16 do
    local id = string.sub(record, at, at + 15)
    if id == writer then found = true else left = left .. id end
  end
  return left, found
end

