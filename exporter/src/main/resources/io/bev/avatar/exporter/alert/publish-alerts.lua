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

local function starts_of_active(fingerprint)
  local active = redis.call('HGET', KEYS[2], fingerprint)
  return active and comparable(cjson.decode(active).startsAt)
end

local fresh = 0
for i = 5, #ARGV, 5 do
  local identity, fingerprint, status, starts, json = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local known = redis.call('ZSCORE', KEYS[3], identity)
  local active = starts_of_active(fingerprint)
  local newest = not active or active <= comparable(starts)
  if status == 'firing' then
    -- A firing that arrives behind its own resolution, or behind a later firing, is history.
    local over = redis.call('ZSCORE', KEYS[3], fingerprint .. '|' .. starts .. '|resolved')
    if newest and not over then
      redis.call('HSET', KEYS[2], fingerprint, json)
      redis.call('ZREM', KEYS[3], fingerprint .. '|' .. starts .. '|closed')
    end
  elseif status == 'resolved' or status == 'closed' then
    if active and newest then
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
  local event = cjson.decode(active[i + 1])
  local notified = redis.call('ZSCORE', KEYS[3], event.fingerprint .. '|' .. event.startsAt .. '|firing')
  if not notified or tonumber(notified) + ARGV[4] < tonumber(now) then
    redis.call('HDEL', KEYS[2], active[i])
  end
end
return fresh
