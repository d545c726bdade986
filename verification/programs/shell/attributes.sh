umask 022
echo hello > f
chmod 640 f
ln f g
ln -s f l
mkdir d
mkfifo p
mknod n c 1 3
stat -c '%n %s %a %A %F %h %u %g %t %T %b %B' f g l d p n
stat -c '%F' /dev/null /proc /proc/self
ls -l | tail -n +2| sed 's/[A-Z][a-z][a-z] [0-9 ]* [0-9:]* //'
ls -ld d|cut -c 1-40
touch -d '2021-05-06 07:08:09' f
ls -l --full-time f | cut -c1-70
stat -c '%y %Y' f
touch -r f r
stat -c %Y r
date -u -r f
chmod u+x,g-r,o=w f
stat -c %a f
chmod -R 700 d
chmod +t d
chmod g+s d
stat -c '%a %A' d
chmod 4755 f
ls -l f | cut -c1-10
chown 1:2 f
stat -c '%u:%g %a' f
readlink l
readlink -f l
realpath d/../l
du -k f
du -s d
df . | tail -1 | wc -w
truncate -s 10000 t
stat -c '%s %b' t
du -k t
echo x | dd of=t bs=1 seek=5000 conv=notrunc 2>/dev/null
stat -c '%s %b' t
cp -a l l2
readlink l2
cp -a . ../w2
ls ../w2
rm -rf ../w2
mv f d/
ls d
mv d e
ls e
rmdir e
echo $?
rm -r e
ls
test -L l && echo L
test -e l || echo dangling
cat l
cat nofile
echo $?
mkdir r
mkdir -p x/y/z
rmdir -p x/y/z
ls
ln -s loop loop
cat loop
cd nodir
cat /
echo > /
ls nofile
rm nofile
cp a b
mv a b
: > q
[ -s q ] || echo empty
mktemp -u /tmp/XXXXXX | wc -c
install -m 700 g i
stat -c %a i
link g h
unlink h
stat -f -c '%T %S %s %l' .
stat -f -c '%T' /proc /dev/shm /dev/pts /sys /
