/**
 * Removes each entry of a list, set or hash and each value that has the person's id in it; then writes the file anew,
 * because it still has them. The id comes by standard input: an argument is for every process of the node to read.
 */
export const ERASE = `printf %s "$SUBJECT" | valkey-cli -h "$HOST" -x EVAL '
local subject, erased = ARGV[1], 0
local function about(text) return string.find(text, subject, 1, true) ~= nil end
local cursor = "0"
repeat
  local page = redis.call("SCAN", cursor, "COUNT", 500)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local kind = redis.call("TYPE", key).ok
    if about(key) or (kind == "string" and about(redis.call("GET", key))) then
      erased = erased + redis.call("UNLINK", key)
    elseif kind == "list" then
      for _, item in ipairs(redis.call("LRANGE", key, 0, -1)) do
        if about(item) then erased = erased + redis.call("LREM", key, 1, item) end
      end
    elseif kind == "set" then
      for _, item in ipairs(redis.call("SMEMBERS", key)) do
        if about(item) then erased = erased + redis.call("SREM", key, item) end
      end
    elseif kind == "zset" then
      for _, item in ipairs(redis.call("ZRANGE", key, 0, -1)) do
        if about(item) then erased = erased + redis.call("ZREM", key, item) end
      end
    elseif kind == "hash" then
      local fields = redis.call("HGETALL", key)
      for index = 1, #fields, 2 do
        if about(fields[index]) or about(fields[index + 1]) then
          erased = erased + redis.call("HDEL", key, fields[index])
        end
      end
    elseif kind == "stream" then
      for _, entry in ipairs(redis.call("XRANGE", key, "-", "+")) do
        for _, value in ipairs(entry[2]) do
          if about(value) then
            erased = erased + redis.call("XDEL", key, entry[1])
            break
          end
        end
      end
    end
  end
until cursor == "0"
return erased
' 0
valkey-cli -h "$HOST" BGREWRITEAOF`;
