-- Counts a request against several buckets: against all of them, or none.
-- KEYS: one for each. ARGV: interval and capacity of each, in microseconds.
-- A key holds the time at which its bucket is full again. Answers whether the request is allowed, then how far off that
-- time is for each bucket.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local held = redis.call('MGET', unpack(KEYS))
local full, allowed = {}, 1

for i = 1, #KEYS do
  local interval, capacity = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  -- Never further off than the capacity: the clock may have jumped back, or the rule may have changed.
  full[i] = math.min(math.max(tonumber(held[i] or '') or now, now), now + capacity)
  if full[i] + interval - now > capacity then allowed = 0 end
end

local answer = {allowed}
for i, key in ipairs(KEYS) do
  if allowed == 1 then
    full[i] = full[i] + tonumber(ARGV[2 * i - 1])
    redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
  end
  answer[i + 1] = full[i] - now
end
return answer
