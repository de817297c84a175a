-- Drops the batch taken, if it is still the one that was stored. KEYS: the batch taken. ARGV: the id that was stored.
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
