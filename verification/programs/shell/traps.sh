trap 'echo exit $?' EXIT
trap 'echo usr1' USR1
kill -USR1 $$
sh -c "kill -USR1 $$"
echo after
trap 'echo int; trap - INT; (trap "echo sub int" INT)' INT
kill -INT $$
(trap 'echo sub term; exit 7' TERM; sh -c 'kill -TERM $PPID'; sleep 1)
echo sub $?
trap '' TERM
kill -TERM $$
echo ignored
sh -c 'kill -TERM $$; echo inherits ignore'
trap
trap - TERM
(sleep 0.2; kill -USR1 $$) & sleep 1
echo slept
(sleep 0.2; kill -USR1 $$) & wait
echo waited $?
wait
exit 5
