# shellcheck shell=bash
# What the scripts share that run other people's tests and compare verdicts: verification/selftests and verification/glibc-tests.
#
#   wanted NAME [PART]...     whether a test is asked for: its name has one of the parts, or there are none
#   verdict STATUS SKIPPED    what an exit status means, SKIPPED being the one by which a test says that it could not be made
#   compare NAME REAL OURS    prints a test's line, counts it, and looks up the reason for a difference
#   summary                   prints the counts
#
# Before: `page` is empty, or set for Markdown; `reasons` names a file with a line for each known difference: the test's name, a
# tab, the reason.

equal=0 explained=0 different=0

wanted() {
  local name=$1 part
  shift
  [[ $# -gt 0 ]] || return 0
  for part; do
    [[ $name != *"$part"* ]] || return 0
  done
  return 1
}

verdict() {
  case $1 in
    0) echo PASS ;;
    "$2") echo CONF ;;
    124 | 137) echo TIMEOUT ;;
    125) echo FORKLIFT ;;
    *) if (($1 > 128)); then echo BROK; else echo FAIL; fi ;;
  esac
}

compare() {
  local name=$1 real=$2 ours=$3 reason
  reason=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' "${reasons:?}")
  if [[ $ours == "$real" ]]; then
    equal=$((equal + 1)) reason=
  elif [[ -n $reason ]]; then
    explained=$((explained + 1))
  else
    different=$((different + 1)) reason='**unexplained**'
  fi
  if [[ -n ${page-} ]]; then
    echo "| ${name#ks_} | $real | $ours | $reason |"
  else
    printf '%-55s %-8s %-8s %s\n' "$name" "$real" "$ours" "$reason"
  fi
}

summary() {
  echo "$equal verdicts are the real kernel's, $explained are not for a reason, $different without one"
}
