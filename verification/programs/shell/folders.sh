mkdir d
cd d
touch a b c
mkdir e
ln -s a f
ln a g
mv b b2
mv c c
rm a
touch a
find .
mkdir s
mv s/../b2 s/
mv s/b2 .
find .
mv e e2
touch e2/x
mv e2/x a
find .
cp /etc/passwd p
sed -i s/root/toor/ p
find .
stat -c '%n %s %h' . s
cat * | wc -c
ls -f 2>/dev/null || ls
tar cf - . | tar t
du -a .
rm -rf s
grep -r toor .
chmod -R 755 .
for f in *; do mv $f $f.x; done
find . -type f
mkfifo z
mknod y c 1 3
find . ! -type d | xargs -n1 echo
