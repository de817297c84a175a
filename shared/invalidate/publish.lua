-- Announces rows of the outbox, or a heartbeat where there are none, in one step.
-- KEYS: state, tag versions, log.  ARGV: channel, length of the log, fence, then id, xid and tags of each row.
local state, versions, log = KEYS[1], KEYS[2], KEYS[3]
local channel, length, fence = ARGV[1], ARGV[2], ARGV[3]

local function text(n) return string.format('%.0f', n) end
local function server()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or 'unknown'
end

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local run = server()
local known = redis.call('HMGET', state, 'epoch', 'seq', 'run')
local epoch, seq = known[1], tonumber(known[2])

if not epoch or not seq or known[3] ~= run or redis.call('HGET', versions, '#epoch') ~= epoch then
  seq = math.max(now, (seq or 0) + 1)
  epoch = text(seq)
  redis.call('DEL', versions, log)
  redis.call('HSET', versions, '#epoch', epoch)
  redis.call('HSET', state, 'epoch', epoch, 'run', run)
end

-- Taken before they are used: where a step below fails, readers find a hole in the sequence, never a number used twice.
redis.call('HSET', state, 'seq', text(seq + (#ARGV - 3) / 3))

for row = 4, #ARGV, 3 do
  seq = seq + 1
  local n, stamps = text(seq), {}
  for tag in string.gmatch(ARGV[row + 2], '[^,]+') do
    stamps[#stamps + 1] = tag
    stamps[#stamps + 1] = n
    if #stamps == 1000 then
      redis.call('HSET', versions, unpack(stamps))
      stamps = {}
    end
  end
  if #stamps > 0 then redis.call('HSET', versions, unpack(stamps)) end
  local message = table.concat({'1', 'i', epoch, n, ARGV[row], ARGV[row + 1], ARGV[row + 2]}, '|')
  redis.call('XADD', log, 'MAXLEN', '~', length, n .. '-0', 'm', message)
  redis.call('PUBLISH', channel, message)
end

if fence ~= '' then
  redis.call('HSET', state, 'fence', fence, 'beat', text(now))
  redis.call('PUBLISH', channel, table.concat({'1', 'h', epoch, text(seq), '0', fence, ''}, '|'))
end
return {epoch, text(seq)}
