mkfifo p
(echo through > p) & cat p
wait
cat p & (echo 1; echo 2; sleep 0.1; echo 3) > p
wait
exec 3<>p
echo rw >&3
read x <&3
echo $x
exec 3>&-
(seq 50000 > p) & wc -l < p
wait
tee a b < p > c & seq 5 > p
wait
cat a b c | wc -l
(head -1 > /dev/null) < p & (sleep 0.2; seq 100000; echo st $? >&2) > p
wait
timeout 0.2 cat p
echo $?
mkfifo q
while read l; do echo "r:$l" ; done < p > q & cat q > res & echo foo > p
wait
cat res
(exec 4< p; sleep 0.5) & sleep 0.1
echo z > p
wait
echo ok
