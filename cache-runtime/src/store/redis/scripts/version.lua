-- The version of a value's record, as its lower and its upper half: a number here has 53 bits.
local function version(record)
  if string.sub(record, 1, 3) ~= '\202v\1' or #record < 84 then return nil end
  if math.floor(string.byte(record, 65) / 2) % 2 == 0 then return nil end
  local low, high = struct.unpack('<I4I4', string.sub(record, 77, 84))
  return low, high
end

-- Whether two values were written for the same key.
local function same_key(record, other)
  return string.sub(record, 69, 76) == string.sub(other, 69, 76)
end

-- Whether a value is older than what has that version; where one of them has none, nobody knows.
local function is_older(record, low, high)
  local its_low, its_high = version(record)
  if not low or not its_low then return false end
  return its_high < high or (its_high == high and its_low < low)
end

