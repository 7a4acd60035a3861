#!/bin/sh
# Verifies each bundle that an earlier release left under test/vectors/own, offline, and says how many there were.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
count=0
for packed in test/vectors/own/*.bundle.tar.gz; do
  name=$(basename "$packed" .bundle.tar.gz)
  gzip -dc "$packed" > "$folder/bundle.tar"
  gzip -dc "test/vectors/own/$name.trust.json.gz" > "$folder/trust.json"
  node bin/seaworthy.js verify "$folder/bundle.tar" --trust "$folder/trust.json" > "$folder/said.txt" || { cat "$folder/said.txt"; exit 1; }
  count=$((count + 1))
done
[ "$count" -gt 0 ]
echo "Bundles: $count"
