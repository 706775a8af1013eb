-- Publishes alert events, each exactly once.
-- KEYS: 1 list and channel, 2 hash of active alerts, 3 sorted set of seen events (score: last notification, ms)
-- ARGV: now in ms, maximum length of the list and of the sorted set, ms after which an alert without notification expires
--       (0: no search for expired ones), then for each event: identity, fingerprint, status, startsAt, JSON
-- Returns the number of new events.

local now = ARGV[1]

-- ISO 8601 times in UTC without 'Z' compare as text, with any number of decimals.
local function comparable(time)
  return (string.gsub(time, 'Z$', ''))
end

-- Start time of an entry of the hash; nil if it is missing or unreadable.
local function starts_at(entry)
  local readable, event = pcall(cjson.decode, entry or '')
  return readable and type(event) == 'table' and type(event.startsAt) == 'string' and event.startsAt or nil
end

-- Scores in the future, left by a clock that was set back, become just now, so that they neither outlive nor evict newer events.
for _, identity in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. now, '+inf')) do
  redis.call('ZADD', KEYS[3], now - 1, identity)
end

local new_events = 0
for i = 5, #ARGV, 5 do
  local identity, fingerprint, status, starts, json = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local known = redis.call('ZSCORE', KEYS[3], identity)
  local active = starts_at(redis.call('HGET', KEYS[2], fingerprint))
  local newest = not active or comparable(active) <= comparable(starts)
  if status == 'firing' then
    -- Ignore a firing event that arrives after its own resolution or after a later firing.
    local resolved = redis.call('ZSCORE', KEYS[3], fingerprint .. '|' .. starts .. '|resolved')
    if newest and not resolved then
      redis.call('HSET', KEYS[2], fingerprint, json)
      redis.call('ZREM', KEYS[3], fingerprint .. '|' .. starts .. '|closed')
    end
  elseif status == 'resolved' or status == 'closed' then
    if newest then
      redis.call('HDEL', KEYS[2], fingerprint)
    end
    if status == 'closed' then
      -- A repeated firing after this counts as a new event.
      redis.call('ZREM', KEYS[3], fingerprint .. '|' .. starts .. '|firing')
    end
  end
  if not known then
    redis.call('LPUSH', KEYS[1], json)
    redis.call('LTRIM', KEYS[1], 0, ARGV[2] - 1)
    redis.call('PUBLISH', KEYS[1], json)
    new_events = new_events + 1
  end
  -- Last, so that an event that failed above is published when it is retried.
  redis.call('ZADD', KEYS[3], now, identity)
end
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -(ARGV[3] + 1))

-- Expire old entries: alerts that become silenced or inhibited are never reported as resolved.
local active = tonumber(ARGV[4]) > 0 and redis.call('HGETALL', KEYS[2]) or {}
for i = 1, #active, 2 do
  local starts = starts_at(active[i + 1])
  local notified = starts and redis.call('ZSCORE', KEYS[3], active[i] .. '|' .. starts .. '|firing')
  if not notified or tonumber(notified) + ARGV[4] < tonumber(now) then
    redis.call('HDEL', KEYS[2], active[i])
  end
end
return new_events
