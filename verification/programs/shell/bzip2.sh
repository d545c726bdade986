P=/job
seq 20000 > n
$P/bzip2 -k n
ls -l n.bz2 | awk '{print $5}'
$P/bzip2 -dc n.bz2 | md5sum
md5sum < n
$P/bzip2 -t n.bz2
echo $?
bzcat n.bz2 | tail -1
$P/bzip2 -v9 < n 2>v | $P/bzip2 -d | cmp - n && echo ok
cat v | sed 's/ *,/,/'
head -c 100 n.bz2 > bad.bz2
$P/bzip2 -d bad.bz2
echo $?
ls bad*
$P/bzip2 n
ls
$P/bzip2 -d n.bz2
stat -c '%a %s' n
$P/bzip2 nofile
echo $?
echo x | $P/bzip2 | od -c | head -2
$P/minigzip < n | gunzip | md5sum
gzip -c n | $P/minigzip -d | md5sum
$P/minigzip n
ls
$P/minigzip -d n.gz
ls
$P/bzip2 --help 2>&1 | head -2
