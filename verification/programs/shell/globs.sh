mkdir d
touch d/a1 d/a2 d/b1 d/.hid 'd/sp ace'
echo d/*
echo d/a?
echo d/[ab]1
echo d/[!a]*
echo d/.h*
echo none/*
set -- d/*
echo $#
for f in d/*; do echo "<$f>"; done
case abc in a*) echo match;; esac
echo "${x:-def} ${#PWD} ${PWD##*/} ${PWD%/*}"
a=hello.tar.gz
echo ${a%.*} ${a%%.*} ${a#*.} ${a##*.} ${a/l/L} ${a//l/L} ${a:2:3}
ls -a d
ls -A d | wc -l
