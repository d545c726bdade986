# Which words a text has, how often, and what the lines add up to.
{
  for (i = 1; i <= NF; i++) {
    word = tolower($i)
    gsub(/[^a-z0-9]/, "", word)
    count[word]++
    if (word ~ /^[0-9]+$/) sum += word
  }
  if (length($0) > longest) longest = length($0)
}

END {
  for (word in count) {
    words++
    if (count[word] > most || (count[word] == most && word < often)) {
      most = count[word]
      often = word
    }
  }
  print NR, words, often, most, sum, longest
}
