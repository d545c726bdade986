sleep 0.2 & p=$!
wait $p
echo w $?
(sleep 0.2; exit 3) & wait $!
echo $?
sh -c 'sleep 0.2; kill -9 $$' & wait $!
echo $?
sh -c 'kill -TERM $$'
echo $?
sh -c 'kill -SEGV $$'
echo $?
for i in 1 2 3; do (sleep 0.$i; echo job $i) & done
wait
echo done
sleep 5 & p=$!
(sleep 0.3; kill $p) & wait $p
echo $?
sleep 10 & p=$!
sleep 0.3
kill -STOP $p
kill -CONT $p
kill -INT $p
sleep 0.1
(sleep 0.3; kill $p) & wait
echo $?
{ sleep 0.1; echo bg; } & echo fg
wait
