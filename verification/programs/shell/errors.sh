mkdir d
chmod 0 d
touch d/x
echo $?
su nobody -s /bin/sh -c '
ls /tmp/w/d
echo > /tmp/w/x
cat /etc/shadow
kill -9 1
mkdir /tmp/w/z
echo hi > /tmp/nob
ls -l /tmp/nob | cut -c1-30
rm /tmp/nob
ls /root
chown 0 /tmp/w
mount -t tmpfs x /tmp/w
hostname foo
nice -n -5 true
chroot / ls
date -s 0
mknod /tmp/nn c 1 3
renice -5 1
echo 1 > /proc/sys/kernel/pid_max
cat /proc/1/maps
ls /proc/1/fd'
touch a/b/c
mkdir d/e/f
rmdir /tmp
rm d
cd a
cat < nofile
echo $?
ls -l nofile1 nofile2
echo "$(cat nofile3)"
ln -s x y
ln x y
mv nof a
cp nof a
mkdir d
rmdir nof
chmod 1 nof
chown 1 nof
tail nof
head nof
wc nof
sort nof
grep x nof
grep x d
cat d
sed p nof
awk 1 nof
tar xf nof
gunzip nof
dd if=nof
cmp nof nof
diff nof nof
find nof
du nof
df nof
stat nof
touch nod/x
tee nod/x < /dev/null
xargs nocmd </dev/null
env nocmd
nice nocmd
timeout 1 nocmd
nohup nocmd
setsid nocmd
time nocmd 2>&1 | head -1
exec nocmd
