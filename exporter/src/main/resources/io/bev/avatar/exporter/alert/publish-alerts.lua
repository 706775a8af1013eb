-- Publishes alert events, each once.
-- KEYS: 1 list and channel, 2 hash of what fires now, 3 sorted set of events seen (score: last notified, ms)
-- ARGV: now in ms, length of the list, events to remember, ms after which a silent alert no longer fires,
--       then for each event: identity, fingerprint, status, startsAt, JSON
-- Answers how many events were new.

local now = ARGV[1]

-- UTC times in ISO 8601 without their 'Z' compare as text, whatever number of decimals they have.
local function comparable(time)
  return (string.gsub(time, 'Z$', ''))
end

-- When an entry of the hash began to fire; nil for none, and for what somebody else wrote there.
local function starts_of(entry)
  local readable, event = pcall(cjson.decode, entry or '')
  return readable and type(event) == 'table' and type(event.startsAt) == 'string' and event.startsAt or nil
end

-- What was seen in the future, before the clock was put back, is from just now: it must neither outlive nor push out what comes.
for _, identity in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. now, '+inf')) do
  redis.call('ZADD', KEYS[3], now - 1, identity)
end

local fresh = 0
for i = 5, #ARGV, 5 do
  local identity, fingerprint, status, starts, json = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local known = redis.call('ZSCORE', KEYS[3], identity)
  local active = starts_of(redis.call('HGET', KEYS[2], fingerprint))
  local newest = not active or comparable(active) <= comparable(starts)
  if status == 'firing' then
    -- A firing that arrives behind its own resolution, or behind a later firing, is history.
    local over = redis.call('ZSCORE', KEYS[3], fingerprint .. '|' .. starts .. '|resolved')
    if newest and not over then
      redis.call('HSET', KEYS[2], fingerprint, json)
      redis.call('ZREM', KEYS[3], fingerprint .. '|' .. starts .. '|closed')
    end
  elseif status == 'resolved' or status == 'closed' then
    if newest then
      redis.call('HDEL', KEYS[2], fingerprint)
    end
    if status == 'closed' then
      -- Told of again, it is news again.
      redis.call('ZREM', KEYS[3], fingerprint .. '|' .. starts .. '|firing')
    end
  end
  if not known then
    redis.call('LPUSH', KEYS[1], json)
    redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
    redis.call('PUBLISH', KEYS[1], json)
    fresh = fresh + 1
  end
  -- Last, so that an event that failed above is not taken for published when it comes again.
  redis.call('ZADD', KEYS[3], now, identity)
end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -(ARGV[3] + 1))

-- What becomes silenced or inhibited is never reported as resolved.
local active = redis.call('HGETALL', KEYS[2])
for i = 1, #active, 2 do
  local starts = starts_of(active[i + 1])
  local notified = starts and redis.call('ZSCORE', KEYS[3], active[i] .. '|' .. starts .. '|firing')
  if not notified or tonumber(notified) + ARGV[4] < tonumber(now) then
    redis.call('HDEL', KEYS[2], active[i])
  end
end
return fresh
