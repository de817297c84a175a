-- Counts a view. KEYS: the open batch; the visitor under the keys of yesterday, today and tomorrow; the address of
-- today; the address and subject of today. ARGV: now and the window in milliseconds; the field; an id for a new batch;
-- the bounds of the address, of it and the subject, of the batch; how long a visitor and an address are kept, in seconds.
-- Answers 1 counted, 0 repeated, -1 bounded.
local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
for i = 2, 4 do
  local at = redis.call('GET', KEYS[i])
  if at and now - tonumber(at) < window then return 0 end
end
if tonumber(redis.call('GET', KEYS[5]) or '0') >= tonumber(ARGV[5]) or tonumber(redis.call('GET', KEYS[6]) or '0') >= tonumber(ARGV[6]) then
  return -1
end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[7]) and redis.call('HEXISTS', KEYS[1], ARGV[3]) == 0 then return -1 end
redis.call('SET', KEYS[3], ARGV[1], 'EX', ARGV[8])
for i = 5, 6 do
  redis.call('INCR', KEYS[i])
  redis.call('EXPIRE', KEYS[i], ARGV[8])
end
redis.call('HSETNX', KEYS[1], 'id', ARGV[4])
redis.call('HSETNX', KEYS[1], 'since', ARGV[1])
redis.call('HINCRBY', KEYS[1], ARGV[3], 1)
return 1
