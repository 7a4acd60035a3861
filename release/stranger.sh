#!/bin/sh
# Asks a served candidate 100 times without a key and says how often it was refused for that, and how often for asking too often.
set -eu
without_key=0
too_often=0
for _ in $(seq 100); do
  status=$(curl --silent --output /dev/null --write-out '%{http_code}' "$1/v1/runs")
  case $status in
    401) without_key=$((without_key + 1)) ;;
    429) too_often=$((too_often + 1)) ;;
    *) echo "expected 401 or 429, got $status"; exit 1 ;;
  esac
done
echo "Refused for lack of a key: $without_key"
echo "Refused for asking too often: $too_often"
