cat > s <<'E'
f() { echo "f $1"; return 2; }; f x; echo $?; for i in 1 2 3; do echo $i; done | while read x; do echo "r$x"; done
sleep 0.1 & wait $!; echo $?; trap 'echo bye' EXIT; trap 'echo hup' HUP; kill -HUP $$; x=$(echo sub; exit 3); echo $x $?; cat <<X
here $((1+2)) ${x%b}
X
(exit 4); echo $?; case abc in a?c) echo m;; esac; test -x /bin/sh && echo x; echo a b c | (read p q; echo $q); set -- 1 2 3; shift; echo $# $*; exec 5>o; echo five >&5; cat o; echo *; printf '%s|' a b; echo; nosuch; echo $?; type cd; command -v ls; ulimit -n; umask; eval 'echo ev'; . ./inc; kill -l 15; jobs; sleep 5 & kill $!; wait $! 2>/dev/null; echo $?; times | wc -l; read z < /dev/null; echo $?; getopts a o -a; echo $o; : ${u:=dflt}; echo $u; local 2>/dev/null; echo $0 $-; cd /tmp; pwd; cd - ; hash; echo $PPID | wc -w; exit 9
E
echo 'echo inc' > inc
/job/dash s; echo $?; /job/dash -c 'echo $0 $1' a b; echo 'echo stdin; exit 3' | /job/dash; echo $?; /job/dash -c 'kill -9 $$'; echo $?; /job/dash -n s; /job/dash -c 'if'; echo $?; /job/dash -ec 'false; echo no'; echo $?; yes | /job/dash -c 'head -1'; /job/dash -c 'sleep 3 & sleep 3 & kill %1 %2; wait; echo w'; /job/dash nofile; echo $?
