-- Sets an entry unless the one that is there has a later stamp.
-- KEYS: the entry's.  ARGV: the entry, milliseconds to live, first and last byte of the stamp.
local stamp = redis.call('GETRANGE', KEYS[1], ARGV[3], ARGV[4])
if #stamp == 8 then
  local ours = string.sub(ARGV[1], ARGV[3] + 1, ARGV[4] + 1)
  for i = 1, 8 do
    local there, here = string.byte(stamp, i), string.byte(ours, i)
    if there > here then return 0 end
    if there < here then break end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
