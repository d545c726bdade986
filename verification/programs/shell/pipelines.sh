seq 1 100 | grep 7 | sort -rn | head -5
echo $?
printf 'b\na\nc\na\n' | sort | uniq -c
yes | head -3
false | true
echo $?
seq 100000 | tail -1
(echo a; echo b >&2; echo c) 2>&1 | cat -n
yes abc | head -c 200000 | md5sum
dd if=/dev/zero bs=1k count=300 2>/dev/null | wc -c
cat /dev/zero | head -c 1000000 | sha256sum
