-- A shop: inserts, an index, joins, groups, updates, text.
create table items (id integer primary key, name text, price integer);
create table sales (id integer primary key, item integer, amount integer, day integer);
with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000)
  insert into items select i, 'item ' || (i * 7919 % 2003), i * 37 % 1000 + 1 from n;
with recursive n (i) as (select 1 union all select i + 1 from n where i < 150000)
  insert into sales select i, i * 7919 % 2000 + 1, i % 9 + 1, i * 31 % 365 from n;
create index by_item on sales (item, day);
select count(*), sum(amount), min(day), max(day) from sales;
select items.name, sum(amount * price) as total from sales join items on items.id = item
  group by item order by total desc, items.name limit 10;
select day, count(*), avg(price) from sales join items on items.id = item
  where price > 500 group by day order by count(*) desc, day limit 10;
update items set price = price + (select count(*) from sales where item = items.id) where id % 2 = 0;
delete from sales where day % 10 = 3;
select sum(price), count(*) from items, (select count(*) as left_over from sales);
select upper(substr(name, 1, 6)), length(group_concat(name)), count(*) from items group by 1 order by 1;
select count(*) from items where name like '%9_1%' or name glob '*[3-5]7';
with recursive f (a, b, n) as (select 0, 1, 0 union all select b, (a + b) % 1000003, n + 1 from f where n < 400000)
  select max(a), min(n), sum(b) from f;
