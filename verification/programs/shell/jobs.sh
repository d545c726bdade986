set -m
sleep 10 &
sleep 20 &
jobs
(sleep 0.3; kill $(pgrep -f 'sleep 10')) & wait %1
echo $?
wait %3
kill -STOP %2
sleep 0.1
kill -CONT %2
(sleep 0.3; kill $(pgrep -f 'sleep 20')) & wait
jobs
echo end
(sleep 0.1; exit 4) & wait %1
echo $?
fg 2>&1
set +m
nohup sh -c 'echo nohup out'
setsid sh -c 'echo sid'
nice -n 5 sh -c 'nice'
timeout 0.2 sleep 5
echo $?
timeout -s KILL 0.2 sleep 5
echo $?
timeout 2 true
echo $?
time -p true 2>&1 | cut -d' ' -f1
sleep 0.01
usleep 1000
renice 3 $$
nice
kill -l | head -3
kill -l 9
kill -0 $$ && echo alive
kill 99999
kill -0 99999
pidof nosuch
echo $?
sh -c 'sleep 30 & sleep 30 & wait' & sleep 0.3
pkill -P $! sleep
wait
echo k
killall nosuchproc
pgrep -f nosuchproc
echo $?
flock l echo locked
flock l sleep 0.3 & sleep 0.1
flock -n l echo no
echo $?
flock l echo got
chrt -p $$ | sed 's/[0-9]*'"'"'s//'
taskset -p $$ | sed "s/$$/PID/"
tty
echo $?
mesg
logname
whoami
id
id -u
id -un
groups
uname -p
arch
who
users
uptime | wc -l
free | wc -l
su nobody -s /bin/sh -c id
setpriv --version 2>&1 | head -1
chroot / echo chr
