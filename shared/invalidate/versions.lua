-- Tells the highest version among tags, 0 where none has one, and the epoch; nothing, where versions cannot be known.
-- KEYS: state, tag versions.  ARGV: tags.
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or 'unknown'
local s = redis.call('HMGET', KEYS[1], 'epoch', 'run')
if not s[1] or s[2] ~= run or redis.call('HGET', KEYS[2], '#epoch') ~= s[1] then return false end
local highest = 0
for first = 1, #ARGV, 1000 do
  local found = redis.call('HMGET', KEYS[2], unpack(ARGV, first, math.min(first + 999, #ARGV)))
  for i = 1, #found do
    if found[i] then highest = math.max(highest, tonumber(found[i])) end
  end
end
return {string.format('%.0f', highest), s[1]}
