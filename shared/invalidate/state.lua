-- Tells where the bus stands: epoch, sequence, milliseconds since its last heartbeat, fence.
-- Nothing, where there is no bus or where another server process began the epoch.
-- KEYS: state.
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or 'unknown'
local s = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'run', 'beat', 'fence')
if not s[1] or not s[2] or s[3] ~= run then return false end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local age = (now - (tonumber(s[4]) or 0)) / 1000
if age < -1000 then age = now / 1000 end -- the clock was set back since: nobody knows how long ago that was
return {s[1], s[2], string.format('%.0f', math.max(age, 0)), s[5] or '0'}
