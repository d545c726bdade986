mkdir -p a/b/c a/d
echo 1 > a/1
echo 22 > a/b/2
echo 333 > a/b/c/3
ln -s ../1 a/d/l
mkfifo a/p
find a | sort
find a -type f | sort | xargs cat
find a -type f -name '[12]' -exec wc -c {} +| sort
find a -type l -o -type p | sort
find a -size +3c -type f
find a -maxdepth 1 -mindepth 1 | sort
find a -type f -print0 | sort -z | xargs -0 -n1 echo
find a -empty | sort
find a -perm 644 | sort
find a -type d -exec sh -c 'echo "$1: $(ls $1 | wc -l)"' _ {} \; | sort
seq 10 | xargs -n3
seq 5 | xargs -I{} echo x{}x
seq 4 | xargs -P 2 -n1 sh -c 'sleep 0.$0; echo $0'
echo | xargs false
echo $?
xargs sh -c 'exit 255' < /dev/null
echo $?
find a -newer a/1 -type f| sort | head -1
find a -delete
ls
