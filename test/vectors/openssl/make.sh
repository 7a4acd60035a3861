#!/bin/bash
# Makes the vectors of this folder and of ../git with openssl, git and coreutils alone: nothing of Seaworthy runs.
# Keys are made anew each time, so every file changes; the private halves are thrown away.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sha() { openssl dgst -sha256 -binary; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
bytes() { printf '%b' "$(printf '%s' "$1" | sed 's/../\\x&/g')"; }
b64() { openssl base64 -A; }

# A tree of five leaves (RFC 6962, section 2.1), its root and the proof of the third.
leaf() { { bytes 00; printf '%s' "$1"; } | sha | hex; }
node() { bytes "01$1$2" | sha | hex; }
data=('cast off' 'clear the mole' 'hoist the jib' '' 'drop the pilot — ⚓')
leaves=()
for text in "${data[@]}"; do leaves+=("$(leaf "$text")"); done
left=$(node "${leaves[0]}" "${leaves[1]}")
right=$(node "${leaves[2]}" "${leaves[3]}")
four=$(node "$left" "$right")
root=$(node "$four" "${leaves[4]}")
printf '{"data":["%s","%s","%s","%s","%s"],"leaves":["%s","%s","%s","%s","%s"],"rootOfFour":"%s","root":"%s","index":2,"proof":["%s","%s","%s"],"consistency":["%s"]}\n' \
  "${data[@]}" "${leaves[@]}" "$four" "$root" "${leaves[3]}" "$left" "${leaves[4]}" "${leaves[4]}" > tree.json

# A checkpoint of that tree as a signed note (C2SP tlog-checkpoint, signed-note), Ed25519.
origin=openssl.example/ledger/harbour
openssl genpkey -algorithm ed25519 -out "$work/ed.pem"
point=$(openssl pkey -in "$work/ed.pem" -pubout -outform DER | tail -c 32 | hex)
id=$({ printf '%s\n' "$origin"; bytes "01$point"; } | sha | head -c 4 | hex)
printf '%s+%s+%s\n' "$origin" "$id" "$(bytes "01$point" | b64)" > checkpoint.vkey
printf '%s\n5\n%s\n' "$origin" "$(bytes "$root" | b64)" > "$work/text"
openssl pkeyutl -sign -inkey "$work/ed.pem" -rawin -in "$work/text" -out "$work/sig"
{ cat "$work/text"; printf '\n— %s %s\n' "$origin" "$({ bytes "$id"; cat "$work/sig"; } | b64)"; } > checkpoint.note

# The same as a proof file of the third entry (C2SP tlog-proof).
{
  printf 'c2sp.org/tlog-proof@v1\nindex 2\n'
  for hash in "${leaves[3]}" "$left" "${leaves[4]}"; do printf '%s\n' "$(bytes "$hash" | b64)"; done
  printf '\n'
  cat checkpoint.note
} > third.tlog-proof

# A DSSE envelope over a statement, ECDSA P-256 with SHA-256, signature as DER.
openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256 -out "$work/ec.pem"
openssl pkey -in "$work/ec.pem" -pubout -outform DER -out envelope.pub.der
key=$(sha < envelope.pub.der | hex)
payload='{"_type":"https://in-toto.io/Statement/v1","predicate":{"wind":"fair"},"predicateType":"https://example.com/weather/v1","subject":[{"digest":{"sha256":"'$root'"},"name":"harbour"}]}'
type=application/vnd.in-toto+json
printf 'DSSEv1 %d %s %d %s' "${#type}" "$type" "${#payload}" "$payload" > "$work/pae"
openssl dgst -sha256 -sign "$work/ec.pem" -out "$work/ec.sig" "$work/pae"
printf '{"payload":"%s","payloadType":"%s","signatures":[{"keyid":"%s","sig":"%s"}]}' \
  "$(printf '%s' "$payload" | b64)" "$type" "$key" "$(b64 < "$work/ec.sig")" > envelope.json

# A commitment to a payload: HMAC-SHA256 under a salt of 32 bytes.
salt=$(openssl rand -hex 32)
body='{"draught":4.2,"vessel":"Möwe"}'
mac=$(printf '%s' "$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$salt" -binary | b64)
printf '{"salt":"%s","payload":%s,"c":"%s"}\n' "$salt" "$body" "$mac" > commitment.json

# The checkpoint as the message of an annotated tag, in a repository of git's own making.
git init -q --bare "$work/anchor.git"
tree=$(git -C "$work/anchor.git" mktree < /dev/null)
export GIT_AUTHOR_NAME=keeper GIT_AUTHOR_EMAIL=keeper@harbour.example GIT_COMMITTER_NAME=keeper GIT_COMMITTER_EMAIL=keeper@harbour.example
commit=$(git -C "$work/anchor.git" commit-tree "$tree" -m 'checkpoints')
git -C "$work/anchor.git" tag --annotate --cleanup=verbatim --file="$PWD/checkpoint.note" ledger/harbour/5 "$commit"
git -C "$work/anchor.git" bundle create -q "$PWD/../git/anchor.bundle" --all
openssl version > made-with.txt
git --version >> made-with.txt
