// The commands of releases and bundles, as data.
import type { CommandSpec } from '../../client/index.ts'
import { AS, ENVIRONMENT, PHASE, RELEASE, STAGE } from './options.ts'

export const releaseCommands: readonly CommandSpec[] = [
  {
    name: 'status',
    summary: 'Show where a release stands: every gate, and who has signed',
    arguments: [RELEASE],
    options: [ENVIRONMENT, PHASE, STAGE],
    examples: [
      'seaworthy status',
      'seaworthy status harbour@1.4.0 --environment staging',
      'seaworthy status harbour@1.4.0 --for deploy',
    ],
    needs: 'api',
    load: async () => (await import('../../release/cli.ts')).runStatus,
  },
  {
    name: 'sign',
    summary: 'Sign a release off in your role, over exactly what it shows now',
    arguments: [RELEASE],
    options: [
      ENVIRONMENT,
      AS,
      { flags: '--role <role>', description: 'role you sign in' },
      { flags: '--comment <text>', description: 'what you looked at' },
      PHASE,
    ],
    examples: ['seaworthy sign harbour@1.4.0 --as alice --role "Release Manager"'],
    needs: 'api',
    load: async () => (await import('../../release/cli.ts')).runSign,
  },
  {
    name: 'reject',
    summary: 'Say no to a release in your role; it stands until you withdraw it',
    arguments: [RELEASE],
    options: [
      ENVIRONMENT,
      AS,
      { flags: '--role <role>', description: 'role you speak in' },
      { flags: '--comment <text>', description: 'why' },
      { flags: '--withdraw', description: 'take your own rejection in this role back' },
      PHASE,
    ],
    examples: [
      'seaworthy reject harbour@1.4.0 --as bob --role "SRE" --comment "error rate is up"',
      'seaworthy reject harbour@1.4.0 --withdraw --as bob --role "SRE"',
    ],
    needs: 'api',
    load: async () => (await import('../../release/cli.ts')).runReject,
  },
  {
    name: 'decide',
    summary: 'Take the decision: one verdict, its reasons, and what would flip it',
    arguments: [RELEASE],
    options: [
      ENVIRONMENT,
      PHASE,
      STAGE,
      {
        flags: '--replay',
        description: 'take none; decide the newest again from its frozen inputs and compare',
      },
      {
        flags: '--summary <file>',
        description:
          'append the verdict as Markdown; without it to GITHUB_STEP_SUMMARY in a pipeline that sets it',
      },
    ],
    examples: [
      'seaworthy decide',
      'seaworthy decide harbour@1.4.0 --json',
      'seaworthy decide harbour@1.4.0 --for deploy',
      'seaworthy decide harbour@1.4.0 --replay',
      'seaworthy decide harbour@1.4.0 --summary decision.md',
    ],
    needs: 'api',
    load: async () => (await import('../cli/decide.ts')).runDecideCommand,
  },
  {
    name: 'report',
    summary: 'Write reports of the newest decision, from the ledger alone, as Markdown and HTML',
    arguments: [RELEASE],
    options: [
      ENVIRONMENT,
      {
        flags: '--kind <kind>',
        description:
          'decision, evaluation, readiness, closure, audit, metrics, diff, controls, checklist or all; without it the release report and the filled checklist',
      },
      { flags: '--out <dir>', description: 'folder to write to' },
    ],
    examples: [
      'seaworthy report harbour@1.4.0',
      'seaworthy report harbour@1.4.0 --kind all --out reports',
    ],
    needs: 'api',
    load: async () => (await import('../../release/cli.ts')).runReport,
  },
  {
    name: 'export',
    summary: 'Write the newest decision in a format that other tools read',
    arguments: [RELEASE],
    options: [
      ENVIRONMENT,
      {
        flags: '--format <format>',
        description:
          'vsa, svr or test-result (in-toto statements, DSSE-signed), junit, sarif or oscal; a vsa is FAILED until every condition is met',
      },
      { flags: '--out <file>', description: 'file to write' },
      {
        flags: '--sigstore',
        description:
          'decision, vsa, svr or test-result as a Sigstore bundle v0.3, logged and stamped, with trusted root and public key beside it',
      },
    ],
    examples: [
      'seaworthy export harbour@1.4.0 --format vsa --sigstore --out harbour.vsa.sigstore.json',
      'seaworthy export harbour@1.4.0 --format vsa --out harbour.vsa.dsse.json',
      'seaworthy export harbour@1.4.0 --format junit --out gates.xml',
    ],
    needs: 'api',
    load: async () => (await import('../../release/cli.ts')).runExport,
  },
  {
    name: 'bundle',
    summary: 'Seal everything needed to verify the newest decision offline',
    arguments: [RELEASE],
    options: [
      ENVIRONMENT,
      {
        flags: '--with-run <run>',
        description:
          'add the results of this run, made after the deploy, and what they say against those decided on',
      },
    ],
    examples: ['seaworthy bundle harbour@1.4.0', 'seaworthy bundle harbour@1.4.0 --with-run RUN'],
    needs: 'api',
    load: async () => (await import('../../release/cli.ts')).runBundle,
  },
  {
    name: 'verify',
    summary:
      'Verify a bundle offline: every hash, signature, proof, status and the verdict again; or the proof of one ledger entry',
    arguments: [
      { name: '<bundle>', description: 'bundle, or proof of one entry (C2SP tlog-proof)' },
    ],
    options: [
      {
        flags: '--trust <file|key>',
        description:
          'trust file, public key file, base64 key or key id, for a proof also the key of the log; without it the signer stays unknown (exit 12)',
      },
      {
        flags: '--entry <file>',
        description: 'for a proof: the bytes of the entry, when they are not in it',
      },
      {
        flags: '--witnesses <file>',
        description:
          'for a bundle: C2SP policy of the witnesses you trust; without its quorum on the checkpoint it is INVALID',
      },
    ],
    examples: [
      'seaworthy verify harbour-1.4.0.bundle.tar --trust harbour-1.4.0.trust.json',
      'seaworthy verify entry-3.tlog-proof --trust harbour-1.4.0.trust.json',
    ],
    needs: 'words',
    load: async () => (await import('../cli/verify.ts')).runVerifyCommand,
  },
]
