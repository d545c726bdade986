f() { local x=1; x=$((x+$1)); echo $x; return 3; }
f 4
echo $?
i=0
while [ $i -lt 5 ]; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
until [ $i -eq 0 ]; do i=$((i-1)); done
echo $i
case foo in bar|foo) echo yes;; *) echo no;; esac
echo $((1+2*3)) $((7/2)) $((-7%3)) $((1<<10)) $((0x1f)) $((010)) $((5>3?1:2)) $((~5)) $((2**10)) $((a=5,a+1))
set -e
(false; echo notreached) || echo sub
set +e
set -u
(echo $undefined)
echo $?
set +u
set -x
echo traced
set +x
echo a b c | while read x y; do echo "$x-$y"; done
IFS=:
set -- $(echo 1:2:3)
echo $2
unset IFS
set -- a 'b c' d
for x; do echo "$x"; done
for x in "$@"; do echo "[$x]"; done
echo "$*"
shift
echo $1 $#
getopts ab: o -a -b val
echo $o
eval 'y=$x'
echo $y
(readonly R=1; R=2)
echo $?
export E=e
sh -c 'echo $E'
env -i A=1 sh -c 'echo $A'
type echo ls f
command -v cat
alias q=echo
nosuchcmd
echo $?
./nofile
echo $?
/
echo $?
touch ne
./ne
echo $?
echo 'echo script $1' > s
chmod +x s
./s arg
printf '#!/bin/sh\necho sb $0 $1\n' > s2
chmod +x s2
./s2 x
printf '#!/nonexist\n' > s3
chmod +x s3
./s3
echo $?
. ./s
echo ${x?msg}
(echo ${nov?custom})
echo $?
echo $(echo a; echo b) "$(printf 'x\n\n')"
x=$(false)
echo $?
! true
echo $?
true && false || echo or
{ echo grp; }
(cd /; pwd)
pwd
printf '1\n2\n' | { read a; read b; echo $b$a; }
exec 3>out
echo three >&3
exec 3>&-
cat out
echo err >&2
ls nofile 2>/dev/null
echo both > o 2>&1
cat < o
echo app >> o
cat o
cat <&0 < o
echo x >&7
echo $?
set -C
echo y > o
echo $?
echo z >| o
cat o
ulimit -n
ulimit -s
ulimit -c
umask
umask 077
umask
ulimit -n 5
cat o
: 8</dev/null
echo $?
