// The README.txt of a bundle: how a person checks it with openssl and sha256sum alone.

/**
 * Text of a bundle's `README.txt`. The commands need a POSIX shell, openssl, sha256sum and gzip, and nothing of Seaworthy.
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
It recomputes every gate's status and the verdict from the evidence. The steps below need no such program, only a
shell, openssl, sha256sum and gzip, and show less: that no file changed since the control plane signed the list, and who
signed which statement. They do not show that the ledger has these entries, nor that the verdict follows. Unpack the
bundle into an empty folder and type them there; each of them ends with the exit code 0 when all is well.

1. GET THE KEY from somebody you trust, not from this bundle: the trust file holds it as "publicKey" beside the
   "keyId" above. With its base64 text in KEY:
     printf '%s' "$KEY" | base64 -d > key.der
     echo '${signer}  key.der' | sha256sum -c
     openssl pkey -pubin -inform DER -in key.der -out key.pem

2. THE LIST is signed:
     openssl dgst -sha256 -verify key.pem -signature manifest.sig manifest.json

3. EVERY FILE is on the list with its digest; a file that is not on the list is not part of the bundle:
     tr '{' '\\n' < manifest.json | sed -n 's/.*"path":"\\([^"]*\\)","sha256":"sha256:\\([0-9a-f]*\\)".*/\\2  \\1/p' | sha256sum -c

4. EVIDENCE is compressed with gzip and named by its own digest; statements refer to the digest of the content, which is
   on the list too:
     tr '{' '\\n' < manifest.json | sed -n 's/^"sha256":"sha256:\\([0-9a-f]*\\)".*"path":"\\(evidence[^"]*\\)".*/\\1 \\2/p' > contents.txt
     while read -r SUM F; do gzip -dc "$F" | sha256sum | grep -q "^$SUM " || { echo "$F differs"; exit 1; }; done < contents.txt

5. WHO SIGNED: trusted-root.json lists the keys with their roles, what each may sign, and from when until when it
   counts. STATEMENTS are DSSE envelopes around in-toto statements. With the name of one in F, this checks its
   signature by the key that it names, and shows what it says:
     F=$(ls statements/*.json | head -n 1)
     KEYID=$(sed 's/.*"keyid":"\\([^"]*\\)".*/\\1/' "$F")
     tr '{' '\\n' < trusted-root.json | sed -n "s/.*\\"keyId\\":\\"$KEYID\\".*\\"publicKey\\":\\"\\([^\\"]*\\)\\".*/\\1/p" | base64 -d > signer.der
     openssl pkey -pubin -inform DER -in signer.der -out signer.pem
     sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' "$F" | base64 -d > body
     sed 's/.*"sig":"\\([^"]*\\)".*/\\1/' "$F" | base64 -d > sig
     { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < body)"; cat body; } > signed
     openssl dgst -sha256 -verify signer.pem -signature sig signed
     cat body

6. THE POLICY that was decided by is in policy.json: which gates had to pass, which roles had to sign, what no waiver
   may cover, which freezes there were. decision-inputs.json has everything else that the verdict follows from.
`
}
