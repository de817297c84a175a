-- Sets an entry unless the one that is there has a later stamp. What is no entry of our form is replaced.
-- KEYS: the entry's.  ARGV: the entry, milliseconds to live, first and last byte of the stamp.
local there = redis.call('GETRANGE', KEYS[1], 0, ARGV[4])
if string.sub(there, 1, 2) == string.sub(ARGV[1], 1, 2) and #there == ARGV[4] + 1 then
  for i = ARGV[3] + 1, ARGV[4] + 1 do
    local old, new = string.byte(there, i), string.byte(ARGV[1], i)
    if old > new then return 0 end
    if old < new then break end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
