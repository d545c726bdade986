dd if=/dev/zero of=z bs=4096 count=3 2>&1 | head -2
dd if=z of=y bs=1k skip=1 seek=2 count=2 2>&1 | head -2
ls -s y
dd if=/dev/urandom bs=100 count=1 2>/dev/null | wc -c
echo abc | dd conv=ucase 2>/dev/null
dd if=/dev/full of=o bs=10 count=1 2>/dev/null
echo x > /dev/full
echo $?
dd of=/dev/full if=z 2>&1 | head -3
cat z > /dev/null
yes | dd bs=3 count=2 iflag=fullblock 2>/dev/null
fallocate -l 5000 fa
stat -c '%s %b' fa
shred -n1 z
stat -c %s z
sync
fsync z
cmp -l z z
tail -c 4 z | wc -c
head -c -4 z | wc -c
dd if=/dev/zero bs=1M count=2 2>/dev/null | gzip | wc -c
cp /bin/busybox bb
cmp bb /bin/busybox && echo eq
./bb echo run
echo > bb 2>&1
ls -l bb | awk '{print $5}'
cp /bin/busybox bc
./bc sleep 1 & sleep 0.2
echo > bc
echo $?
wait
mv bc bd
cp -p z zz
patch -v 2>&1 | head -1
seq 5 > s1
seq 2 6 > s2
diff -u s1 s2 > pp
patch s1 < pp
cmp s1 s2 && echo patched
hexdump -n 4 /dev/random | wc -l
tee -a s1 < s2 | wc -l
wc -l < s1
tail -f s1 & sleep 0.3
echo new >> s1
sleep 1.2
kill $!
watch -h 2>&1 | head -1
