truncate -s 1M f
stat -c '%s %b' f
dd if=/dev/zero of=f bs=4k seek=10 count=2 conv=notrunc 2>/dev/null
stat -c '%s %b' f
du -k f
fallocate -l 20000 g
stat -c '%s %b' g
fallocate -o 100000 -l 10 g
stat -c '%s %b' g
rm f g
mkdir m
mount -t tmpfs -o size=64k,mode=700 tt m
mount | grep /tmp/w/m
stat -c %a m
df m | awk 'NR==2'
dd if=/dev/zero of=m/f bs=1k count=100 2>&1 | sed 's/, .*//'
stat -c '%s %b' m/f
echo x > m/g
echo $?
cat m/g
rm m/f
echo y > m/g
cat m/g
fallocate -l 100k m/h
echo $?
stat -c '%s %b' m/h
mount -o remount,size=128k m
df m | awk 'NR==2'
mount -o remount,size=1k m
mount | grep /tmp/w/m
umount m
mount -t tmpfs -o size=zz x m
mount -t tmpfs -o bogus=1 x m
mount -t tmpfs -o size=1m,uid=5,gid=6 x m
mount | grep /tmp/w/m
ls -ld m | awk '{print $1,$3,$4}'
umount m
dd if=/dev/zero bs=1k count=10 of=h seek=100 2>/dev/null
cp h h2
stat -c '%s %b' h2
cmp h h2
