date -u -d @1700000000 '+%Y-%m-%d %H:%M:%S %a %A %b %B %j %U %u %w %y %Z %z %s %e %k %I %p %D %T %R %F %n%t%%'
TZ=EST5EDT date -d @1700000000
TZ=CET-1CEST,M3.5.0,M10.5.0/3 date -d @1690000000
date -u -d '2024-02-29 12:00' +%s
date -d 'garbage'
echo $?
date -u -d '1970-01-01' +%s
date -u -d '2038-01-20' +%s
date -R -u -d @0
date -Iseconds -u -d @0
date -u -d @4000000000
touch -d @2000000000 f
stat -c %y f
touch -d '2100-01-01 00:00:00' g
stat -c '%Y' g
touch -d '1969-12-31 00:00:00' h
stat -c %Y h
TZ=UTC ls -l --full-time f g h
