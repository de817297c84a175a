-- Announces rows of the outbox that were not announced in this epoch, or a heartbeat where there are none, in one step.
-- KEYS: state, tag versions, log, known rows.
-- ARGV: channel, length of the log, fence, then id, xid, time and tags of each row. One without a time is always announced.
local state, versions, log, known = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local channel, length, fence = ARGV[1], ARGV[2], ARGV[3]
local remembered, settles = 65536, 120 * 1000000 -- rows at most; microseconds that rows below a fence are remembered, at least

local function text(n) return string.format('%.0f', n) end
local function server()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or 'unknown'
end

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local run = server()
local before = redis.call('HMGET', state, 'epoch', 'seq', 'run', 'settled', 'settled_at')
local epoch, seq = before[1], tonumber(before[2])

if not epoch or not seq or before[3] ~= run or redis.call('HGET', versions, '#epoch') ~= epoch then
  seq = math.max(now, (seq or 0) + 1)
  epoch = text(seq)
  redis.call('DEL', versions, log, known)
  redis.call('HSET', versions, '#epoch', epoch)
  redis.call('HSET', state, 'epoch', epoch, 'run', run)
end

-- A row is named by its id, its transaction and the moment at which it was written: a database that has gone back gives
-- ids and transactions again.
local names, named = {}, {}
for row = 4, #ARGV, 4 do
  if ARGV[row] == '0' then redis.call('DEL', known) end -- the relay's own, for a database with another past
  if ARGV[row + 2] ~= '' then
    names[row] = table.concat({ARGV[row], ARGV[row + 1], ARGV[row + 2]}, ':')
    named[#named + 1] = names[row]
  end
end
local done = {}
if #named > 0 then
  local found = redis.call('ZMSCORE', known, unpack(named))
  for i = 1, #named do done[named[i]] = found[i] and true or nil end
end
local fresh = {}
for row = 4, #ARGV, 4 do
  local name = names[row]
  if not name or not done[name] then fresh[#fresh + 1] = row end
  if name then done[name] = true end
end

-- Taken before they are used: where a step below fails, readers find a hole in the sequence, never a number used twice.
redis.call('HSET', state, 'seq', text(seq + #fresh))

local remember = {}
for _, row in ipairs(fresh) do
  seq = seq + 1
  local n, stamps = text(seq), {}
  for tag in string.gmatch(ARGV[row + 3], '[^,]+') do
    stamps[#stamps + 1] = tag
    stamps[#stamps + 1] = n
    if #stamps == 1000 then
      redis.call('HSET', versions, unpack(stamps))
      stamps = {}
    end
  end
  if #stamps > 0 then redis.call('HSET', versions, unpack(stamps)) end
  local message = table.concat({'1', 'i', epoch, n, ARGV[row], ARGV[row + 1], ARGV[row + 3]}, '|')
  redis.call('XADD', log, 'MAXLEN', '~', length, n .. '-0', 'm', message)
  redis.call('PUBLISH', channel, message)
  if names[row] then
    remember[#remember + 1] = ARGV[row + 1]
    remember[#remember + 1] = names[row]
  end
end

-- Last: a row that is known was announced. To forget one is safe, it is only announced again.
if #remember > 0 then
  redis.call('ZADD', known, unpack(remember))
  local over = redis.call('ZCARD', known) - remembered
  if over > 0 then redis.call('ZREMRANGEBYRANK', known, 0, over - 1) end
end

if fence ~= '' then
  if fence ~= '0' and now - (tonumber(before[5]) or 0) > settles then
    if before[4] then redis.call('ZREMRANGEBYSCORE', known, '-inf', '(' .. before[4]) end
    redis.call('HSET', state, 'settled', fence, 'settled_at', text(now))
  end
  redis.call('HSET', state, 'fence', fence, 'beat', text(now))
  redis.call('PUBLISH', channel, table.concat({'1', 'h', epoch, text(seq), '0', fence, ''}, '|'))
end
return {epoch, text(seq), text((#ARGV - 3) / 4 - #fresh)}
