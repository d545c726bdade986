printf 'alice 30 ny\nbob 25 sf\ncarol 41 la\n' > p
awk '{s+=$2} END{print s, NR, s/NR}' p
awk -F: '{print $1}' /etc/passwd
awk '$2>28{print toupper($1)}' p
awk 'BEGIN{for(i=0;i<3;i++)a[i]=i*i; for(k in a)print k,a[k]; printf "%5.2f|%-5s|%x\n",3.14159,"ab",255; print length("hello"),substr("hello",2,3),index("hello","l")}'
awk 'BEGIN{while(("echo a; echo b"|getline l)>0)print "got",l; print strftime("%Y",0); "date -u -d @0 +%F"|getline d; print d; system("echo sys"); print ENVIRON["PATH"]}'
sed -n '2p' p
sed 's/\([a-z]*\) \([0-9]*\)/\2 \1/' p
sed -e '/bob/d' -e 's/a/A/g' p
sed -i 's/ny/NYC/' p
cat p
sed '$!N;s/\n/+/' p
sed -n '/b/,/c/p;$=' p
sort -k2n p
sort -t' ' -k3 p
sort -r p
sort -u -k1,1 p p
printf '10\n9\n1.5\n-3\n1e2\n' | sort -g
cut -d' ' -f1,3 p
cut -c1-3 p
tr a-z A-Z < p
tr -d aeiou < p
echo aabbcc | tr -s a-c
echo hello | rev
tac p
nl p
paste p p
join p p
comm p p
fold -w 5 p
expand p
head -c 5 p
echo
tail -c 5 p
tail -n +2 p
wc p
wc -l < p
split -l1 p sp
ls sp*
cat spac
diff p spaa
diff -u p spaa | tail -n +3
cmp p spaa
uniq -d p
od -c p | head -3
od -An -tx1 p | head -2
hexdump -C p | head -2
xxd p | head -1
sha256sum p
sha1sum p
sha512sum p
md5sum p
cksum p
sum p
crc32 p
sha256sum p > s
sha256sum -c s
base64 p
base64 p | base64 -d
expr 3 + 4 \* 2
expr abc : 'a\(.\)c'
expr length hello
expr 5 \> 3
test -f p && echo f
[ -d p ] || echo nd
[ 3 -lt 5 -a a = a ] && echo and
seq 3 -1 1
seq -w 8 11
seq -s, 5
printf '%s %d %05d %x %o %e %c %%\n' s 42 42 255 8 3.5 c
printf '%b' 'a\tb\n'
printf '%q\n' 'a b' 2>/dev/null
echo -e 'a\x41\n'
echo -n x
echo
factor 12345
bc <<E
2^64
scale=10; 1/3
E
dc -e '2 3 + p'
cal 1 2020
strings /bin/busybox | head -3
ed -s p <<E
1p
2d
,p
Q
E
