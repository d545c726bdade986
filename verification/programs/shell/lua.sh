cat > t.lua <<'E'
local t = {} for i=1,1000 do t[i]=i*i end
print(#t, t[1000], math.pi, string.format("%5.2f %q", 1/3, "a\nb"))
print((pcall(error, {code=1}))) 
print(select('#', table.unpack(t, 1, 100)))
local co = coroutine.wrap(function() for i=1,3 do coroutine.yield(i) end end)
print(co(), co(), co())
print(os.time{year=2020,month=1,day=1,hour=12}, os.date("!%Y-%m-%d", 0), os.getenv("HOME"), os.getenv("NOPE"))
local f = io.popen("echo popen; exit 3") print(f:read("a")) print(f:close())
print(os.execute("exit 4")) print(os.execute("kill -9 $$"))
local n = os.tmpname() local h = io.open(n, "w") h:write("x\ny\n") h:close() for l in io.lines(n) do print(l) end os.remove(n) print(io.open(n) == nil)
print(string.rep("ab", 3, "-"), ("hello"):gsub("l", "L"), ("key=val"):match("(%w+)=(%w+)"))
print(2^53, 7//2, -7//2, 7%3, 1e15, 0x10, 1<<62, math.maxinteger, 10/2, 3 | 4)
table.sort(t, function(a,b) return a>b end) print(t[1])
print(utf8.char(228, 8364), utf8.len("äö")) print(load("return 1+1")())
local m = setmetatable({}, {__index=function(_,k) return k.."!" end, __call=function(_, a) return a*2 end}) print(m.foo, m(21))
goto done do print("skipped") end ::done::
print(collectgarbage("count") > 0, require == nil, package.config:sub(1,1), #arg, arg[1])
io.stderr:write("err\n") print(tostring(nil), tostring(1.5), 1e100, -0.0, 0/0 ~= 0/0, math.type(1), math.type(1.0))
print(pcall(string.rep, "x", -1)) print(xpcall(function() error("boom") end, debug.traceback)) os.exit(7)
E
/job/lua t.lua arg1; echo $?; echo 'print("stdin", io.read("l"), io.read("n"))' > s.lua; printf 'line\n42\n' | /job/lua s.lua; /job/lua -e 'error("x")'; echo $?; echo 'return 1,2' | /job/lua -i 2>&1 | head -5; /job/lua nofile; /job/lua -v; cat > fib.lua <<'E'
local function fib(n) if n < 2 then return n end return fib(n-1)+fib(n-2) end print(fib(20))
local s = {} for i=1,20000 do s[#s+1] = tostring(i) end print(#table.concat(s))
E
/job/lua fib.lua
