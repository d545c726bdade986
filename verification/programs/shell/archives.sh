mkdir -p s/t
seq 1000 > s/n
seq 100 > s/t/m
ln -s n s/l
chmod 750 s/t
ln s/n s/hard
touch -d '2020-01-02 03:04:05' s/n s/t/m s/t s
tar cf - s | gzip > s.tgz
tar tzf s.tgz | sort
mkdir o
tar xzf s.tgz -C o
diff -r s o/s && echo same
ls -l o/s | tail -n +2 | sed 's/  */ /g' | grep -v ' t$' | sed 's/[A-Z][a-z][a-z] [0-9 ]* [0-9:]* l/l/'
gzip -c s/n | gunzip | md5sum
gzip -9 < s/n | wc -c
bzip2 -c s/n | bzcat | md5sum
tar cjf s.tbz s
tar tvjf s.tbz | grep s/n
xz -dc < /dev/null
echo $?
(cd s; find . | cpio -o -H newc 2>/dev/null) | cpio -it 2>/dev/null | sort
gzip s/n
ls s
gunzip s/n.gz
md5sum s/n
zcat s.tgz | tar t | wc -l
unzip -v 2>&1 | head -1
tar cf x.tar s
tar rf x.tar o 2>&1 | head -1
