mkdir m n
mount -t tmpfs -o size=100k t m
echo $?
echo a > m/f
df m | tail -1 | awk '{print $1,$2,$3,$6}'
mount | grep ' /tmp/w/m '
dd if=/dev/zero of=m/big bs=1k count=200 2>&1 | head -2
ls -l m | awk '{print $5}'
mount --bind m n
ls n
umount m
echo $?
ls m
ls n
mount -o remount,ro n
echo x > n/f
umount n
mountpoint /proc
mountpoint m
mount -t nosuch x m
umount m
mount -t proc p m
ls m/self | head -1
(cd m; umount .)
umount m
umount -l m
chroot / /bin/sh -c 'echo in'
mkdir -p r/bin
cp /bin/busybox r/bin/
chroot r /bin/busybox ls /
chroot r /bin/busybox sh -c 'cd ..; pwd'
pivot_root 2>&1 | head -1
findfs 2>&1 | head -1
swapon -a 2>&1
sysctl kernel.ostype
