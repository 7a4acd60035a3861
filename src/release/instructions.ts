// The README of a bundle: how a person checks it with openssl and sha256sum alone.

export const INSTRUCTIONS = `This is a Seaworthy release bundle (seaworthy-bundle/1).

With Seaworthy, offline:

  seaworthy verify FILE.bundle.tar --trust FILE.trust.json

It checks every hash, signature and proof, computes every gate's status again from the evidence, and takes the
decision again. Get the trust file from somewhere else than this bundle: keys.json in here proves integrity only.

Without Seaworthy, with tar, openssl, sha256sum and jq:

  tar -xf FILE.bundle.tar

  1. The sealer's public key, from the trust file that you got elsewhere:
     jq -r '.keys[] | select(.uses | index("manifest")) | .publicKey' FILE.trust.json |
       base64 -d | openssl pkey -pubin -inform DER -out sealer.pem

  2. The manifest is signed by that key:
     openssl dgst -sha256 -verify sealer.pem -signature manifest.sig manifest.json

  3. Every file is what the manifest says (each line must end in OK):
     jq -r '.files[] | (.sha256 | ltrimstr("sha256:")) + "  " + .path' manifest.json | sha256sum -c

  4. What the runner saw of a gate: statements/*.json are DSSE envelopes, their payload is base64:
     jq -r .payload statements/FILE.json | base64 -d | jq .
     Evidence files are gzip; the manifest's "content" has the digest that statements name.

What this does not show without Seaworthy: that the statuses follow from the evidence, that the decision follows
from the statuses, and that the ledger entries are in the signed tree.
`
