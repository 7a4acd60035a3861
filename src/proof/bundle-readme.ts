// The README.txt of a bundle: how a person checks it with openssl and sha256sum alone.

/**
 * Text of a bundle's `README.txt`. The commands need a POSIX shell, openssl and sha256sum, and nothing of Seaworthy.
 * @param signer keyId of the key that signs the manifest
 */
export function describeBundle(
  release: { readonly service: string; readonly version: string },
  signer: string,
): string {
  return `Evidence bundle (seaworthy-bundle/1)
Service: ${release.service}
Version: ${release.version}
Signed by the key: ${signer}

WHAT THIS IS
Everything one release decision rests on: the plan, the signed statements, the evidence, the ledger entries
with their proofs, and the decision itself. Nothing here needs a network or the server that made it.

THE WHOLE CHECK
  seaworthy verify FILE.bundle.tar --trust FILE.trust.json
It recomputes every gate's status and the verdict from the evidence. The steps below need no such program, and
show less: that no file changed since the control plane signed the list.

1. GET THE KEY from somebody you trust, not from this bundle: the trust file holds it as "publicKey" beside the
   "keyId" above. With its base64 text in KEY:
     printf '%s' "$KEY" | base64 -d > key.der
     sha256sum key.der
   must print the key id above. Then:
     openssl pkey -pubin -inform DER -in key.der -out key.pem

2. THE LIST is signed:
     openssl dgst -sha256 -verify key.pem -signature manifest.sig manifest.json

3. EVERY FILE is on the list with its digest:
     tr '{' '\\n' < manifest.json | sed -n 's/.*"path":"\\([^"]*\\)","sha256":"sha256:\\([0-9a-f]*\\)".*/\\2  \\1/p' | sha256sum -c

4. EVIDENCE is compressed with gzip and named by its own digest; statements refer to the digest of the content:
     gzip -dc evidence/NAME.gz | sha256sum

5. STATEMENTS are DSSE envelopes around in-toto statements; the "payload" is base64:
     sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' statements/NAME.json | base64 -d
`
}
