x=5
cat <<E
value $x $((x*3)) `echo sub`
E
cat <<'E'
value $x
E
cat <<-E
	tabs
	E
while read a b; do echo "[$b] $a"; done <<E
1 2 3
4 5
E
cat << A << B
first
A
second
B
cat <<E | tr a-z A-Z
hello $(echo nested)
E
