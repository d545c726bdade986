-- What scripts do: tables, closures, strings, patterns, numbers.
local count = tonumber(arg[1])

local function fannkuch(n)
  local p, q, s, sign, most, sum = {}, {}, {}, 1, 0, 0
  for i = 1, n do p[i], q[i], s[i] = i, i, i end
  while true do
    local first = p[1]
    if first ~= 1 then
      for i = 2, n do q[i] = p[i] end
      local flips = 1
      while true do
        local other = q[first]
        if other == 1 then
          sum = sum + sign * flips
          if flips > most then most = flips end
          break
        end
        q[first] = first
        if first >= 4 then
          local i, j = 2, first - 1
          repeat q[i], q[j] = q[j], q[i]; i, j = i + 1, j - 1 until i >= j
        end
        first, flips = other, flips + 1
      end
    end
    if sign == 1 then
      p[1], p[2], sign = p[2], p[1], -1
    else
      p[2], p[3], sign = p[3], p[2], 1
      for i = 3, n do
        local left = s[i]
        if left ~= 1 then s[i] = left - 1; break end
        if i == n then return sum, most end
        s[i] = i
        local moved = p[1]
        for j = 1, i do p[j] = p[j + 1] end
        p[i + 1] = moved
      end
    end
  end
end

local function texts(n)
  local parts, seen = {}, {}
  for i = 1, n do
    local word = string.format("%x-%d", i * 2654435761 % 65536, i % 97)
    parts[#parts + 1] = word
    seen[word] = (seen[word] or 0) + 1
  end
  local all = table.concat(parts, " ")
  local digits = 0
  for number in all:gmatch("%d+") do digits = digits + #number end
  table.sort(parts)
  local different = 0
  for _ in pairs(seen) do different = different + 1 end
  return #all, digits, different, parts[1], #all:gsub("a", "bb")
end

local function objects(n)
  local Point = {}
  Point.__index = Point
  function Point.__add(a, b) return setmetatable({x = a.x + b.x, y = a.y + b.y}, Point) end
  local sum = setmetatable({x = 0, y = 0}, Point)
  local step = function(i) return setmetatable({x = i % 7, y = i // 3}, Point) end
  for i = 1, n do sum = sum + step(i) end
  return sum.x, sum.y
end

local function floats(n)
  local x = 0.5
  for i = 1, n do x = 3.75 * x * (1 - x) + i * 1e-9 end
  return string.format("%.9f", x)
end

print(fannkuch(8))
for _ = 1, count do
  print(fannkuch(7))
  print(texts(20000))
  print(objects(60000))
  print(floats(60000))
end
