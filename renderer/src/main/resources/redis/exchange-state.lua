-- Compare-and-set of the saved state: replaces it only if it is still the value that the caller last read, so that a
-- concurrent client write is never overwritten unread.
-- KEYS[1] the state's key
-- ARGV[1] identity of the value that the caller last read; '' for none
-- ARGV[2] document to store; '' to only read
-- ARGV[3] maximum size of a returned value, in bytes
-- Returns {'same' | 'changed' | 'stored', identity, value}
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'none' and kind ~= 'string' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[1] .. ' is a ' .. kind .. ', expected a string')
end
local identity, value = '', ''
local size = redis.call('STRLEN', KEYS[1])
if size > tonumber(ARGV[3]) then
    identity = 'size:' .. size
elseif kind == 'string' then
    value = redis.call('GET', KEYS[1])
    identity = redis.sha1hex(value)
end
if identity ~= ARGV[1] then
    return {'changed', identity, value}
end
if ARGV[2] == '' then
    return {'same', identity, ''}
end
redis.call('SET', KEYS[1], ARGV[2])
return {'stored', redis.sha1hex(ARGV[2]), ''}
