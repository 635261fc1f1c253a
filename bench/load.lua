-- wrk: GETs of the paths in a file, one to a line, in a random order; the counts as one line of JSON.
-- wrk -s load.lua URL -- PATHS ACCEPT_ENCODING BEARER
local requests, total = {}, 0

function init(args)
  local headers = {
    ["Authorization"] = "Bearer " .. args[3], ["Accept-Encoding"] = args[2],
    ["Accept"] = "application/json", ["User-Agent"] = "bench/1.0 (four request headers and Host)",
  }
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  total = #requests
  math.randomseed(os.time())
end

function request()
  return total == 1 and requests[1] or requests[math.random(total)]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"bytes":%d,"failed":%d}\n', summary.requests, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
