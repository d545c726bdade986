# strace, which traces a shell's children, children made by vfork, and a process that runs already. Of what it writes the lines are
# sorted, without ids, addresses and times: which of two processes goes first is not fixed.

normalized() {
  awk '
    { pid = $1; sub(/^[0-9]+ +/, "") }
    / <unfinished \.\.\.>$/ { sub(/ <unfinished \.\.\.>$/, ""); begun[pid] = $0; next }
    /^<\.\.\. / { sub(/^<\.\.\. [a-z0-9_]+ resumed>/, ""); sub(/^ /, ""); $0 = begun[pid] ($0 ~ /^[),]/ ? "" : " ") $0 }
    { print }
  ' log | sed -e '/ERESTARTNOINTR/d' -e 's/  *=/ =/' -e 's/, *\[/, [/g' -e 's/0x[0-9a-f][0-9a-f]*/ADDRESS/g' -e 's,/\*[^*]*\*/,,' \
    -e 's/child_tidptr=NULL/child_tidptr=ADDRESS/' -e 's/^wait4([0-9]*,/wait4(PID,/' -e 's/si_pid=[0-9]*/si_pid=PID/' \
    -e 's/, si_[us]time=[0-9]*//g;s/ }/}/' -e '/^\(clone\|wait4\|vfork\|getp*pid\)/s/= [1-9][0-9]*$/= PID/' \
    -e '/^kill/s/([0-9]*/(PID/' | sort
}

echo "-- a pipeline"
/job/strace -f -qq -o log -e trace=clone,execve,exit_group,pipe2 -e signal=none \
  sh -c 'echo hello | tr a-z A-Z | wc -c; (exit 3); echo $?'
echo "status $?"
normalized

echo "-- children by vfork"
echo one two three | /job/strace -f -qq -o log -e trace=clone,execve,exit_group,wait4,write xargs -n 1 echo
echo "status $?"
normalized

echo "-- signals"
/job/strace -f -o log -e trace=kill,exit_group sh -c 'trap "echo caught" USR1; kill -USR1 $$; sh -c "kill -TERM \$\$"; echo $?'
echo "status $?"
normalized

echo "-- a process that runs already"
sleep 1 &
/job/strace -o log -p $! 2> /dev/null
echo "status $?"
sed 's/, {tv_sec.*}, /, TIME, /; s/0x[0-9a-f]*/ADDRESS/g; s/  *=/ =/' log
wait

echo "-- one that ends with its tracer"
/job/strace -D -o log sh -c 'exit 7'
echo "status $?"

echo "-- statistics"
/job/strace -c -o log -e trace=openat,execve true
awk '$NF == "execve" && NF >= 5 { print $4, $NF }' log

echo "-- what cannot be executed"
/job/strace -o log /nowhere 2>&1
echo "status $?"
