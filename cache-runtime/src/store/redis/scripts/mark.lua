-- A write mark: \202w\1, contended, id (16), writers (4), events (8).
local function is_mark(record)
  return record and #record == 32 and string.sub(record, 1, 3) == '\202w\1'
end

-- Something happened to the mark: from now on nobody stores under it. SETRANGE keeps the mark's end where it is.
local function contend(key, record, writers)
  local now_writing, events = struct.unpack('<I4I8', string.sub(record, 21))
  redis.call('SETRANGE', key, 20, struct.pack('<I4I8', now_writing + writers, events + 1))
  redis.call('SETRANGE', key, 3, '\1')
  return now_writing + writers
end

