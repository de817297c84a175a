-- Takes the batch to be stored next: the one that was taken before and not dropped, else the open one.
-- KEYS: the open batch; the batch taken. Answers its fields and values.
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
  redis.call('RENAME', KEYS[1], KEYS[2])
end
return redis.call('HGETALL', KEYS[2])
