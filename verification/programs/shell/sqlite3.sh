S=/job/sqlite3
$S :memory: 'select sqlite_version() > "3"; create table t(a integer primary key, b text, c real); insert into t(b,c) values("x",1.5),("y",2.5),(null,3); select *, typeof(c) from t; select count(*), sum(c), avg(c), group_concat(b) from t; select upper("abc"), length("hello"), substr("hello",2,3), round(3.14159,2), hex("ab"), date("2024-02-29","+1 year"), julianday(0), json_extract("{""a"":[1,2]}", "$.a[1]");'
cat > q.sql <<'E'
.mode column
.headers on
create table n(i integer, s text);
with recursive c(x) as (select 1 union all select x+1 from c where x<1000) insert into n select x, 'row '||x from c;
create index ni on n(s);
select count(*) as cnt, min(i) as lo, max(s) as hi from n;
explain query plan select * from n where s='row 5';
select * from n where s like 'row 99%' order by i desc limit 3;
begin; delete from n where i%2; rollback; select count(*) from n;
begin; update n set i=i*2 where i<10; commit; select sum(i) from n;
.tables
.schema
pragma integrity_check;
pragma journal_mode;
E
$S db < q.sql; ls -l db | awk '{print $1,$5}'; $S db 'select * from n limit 2; vacuum; pragma page_count; pragma journal_mode=wal;'; ls; $S db 'insert into n values(1,"wal"); select count(*) from n; pragma wal_checkpoint; pragma journal_mode=delete'; ls
$S db 'create table k(id integer primary key, w int)'
for i in 1 2 3; do (for j in 1 2 3 4; do $S -cmd '.timeout 20000' db "insert into k(w) values($i)"; done) & done; wait; $S db 'select w, count(*) from k group by w; pragma integrity_check'
($S db 'begin exclusive; insert into k(w) values(9);' '.system sleep 0.6' 'commit') & sleep 0.4; $S db 'insert into k(w) values(8)'; echo $?; wait; $S db 'select count(*) from k'
$S db 'bad sql'; echo $?; $S db 'select * from nothere'; echo $?; $S /nodir/db 'create table x(a)'; echo $?; echo garbage > bad; $S bad '.tables'; echo $?; $S db 'select * from n' | md5sum; $S db '.backup b2'; cmp db b2 && echo same; $S -csv db 'select * from n limit 3'; $S -json db 'select * from n limit 2'; printf '1,a\n2,b\n' > i.csv; $S db '.mode csv' '.import i.csv imp' 'select * from imp'; $S db .read\ q2.sql; $S db 'create virtual table f using fts5(x); insert into f values("hello world"),("other"); select * from f where f match "hello"'; $S db 'pragma mmap_size=1000000; pragma cache_size=10; select count(*) from n a, n b where a.i<5'
