// The commands about what others signed, as data.
import type { CommandSpec } from '../../client/index.ts'

export const attestationCommands: readonly CommandSpec[] = [
  {
    name: 'attestation verify',
    summary:
      'Verify Sigstore attestations of an artefact offline, for exactly one signer (npm, GitHub, SLSA; exit 40 when none shows it)',
    arguments: [
      {
        name: '<file>',
        description: 'Sigstore bundles, one or one a line, or the answer of npm or GitHub',
      },
    ],
    options: [
      { flags: '--artefact <file>', description: 'the artefact that the attestations are about' },
      {
        flags: '--digest <digest>',
        description: 'its digest instead, as sha256:HEX, sha384:HEX or sha512:HEX',
      },
      {
        flags: '--issuer <url>',
        description: 'who vouches for the signer, letter by letter: no pattern',
      },
      {
        flags: '--identity <name>',
        description: 'the signer in the certificate, letter by letter: no pattern',
      },
      {
        flags: '--source <url>',
        description: 'repository that the workflow ran for; needed where a reusable workflow signs',
      },
      { flags: '--key <file>', description: 'public key instead of --issuer and --identity' },
      { flags: '--predicate-type <uri>', description: 'predicate that the statement has to carry' },
      {
        flags: '--trusted-root <file>',
        description: 'trusted_root.json to believe; default: the dated one that is carried',
      },
    ],
    examples: [
      'seaworthy attestation verify sigstore-1.0.0.attestations.json --artefact sigstore-1.0.0.tgz --issuer https://token.actions.githubusercontent.com --identity https://github.com/sigstore/sigstore-js/.github/workflows/publish.yml@refs/tags/v1.0.0',
      'seaworthy attestation verify decision.sigstore.json --digest "sha256:$DIGEST" --key control-plane.pub.pem --trusted-root trusted_root.json',
    ],
    needs: 'alone',
    load: async () => (await import('../../attestation/cli.ts')).runAttestationVerify,
  },
]
