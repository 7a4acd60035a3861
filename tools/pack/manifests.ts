// The manifests of the published packages, made from the repository's own.
import type { BundledEntry } from './bundle.ts'

export interface RepositoryManifest {
  readonly version: string
  readonly description: string
  readonly license: string
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

/** A published package: what its folder holds and what its package.json says. */
export interface PackagePlan {
  /** Name of the folder it is staged in. */
  readonly folder: string
  readonly manifest: Readonly<Record<string, unknown>>
  /** Files of `bin` it ships. */
  readonly launchers: readonly string[]
  /** Published JSON Schemas it ships, relative to the repository. */
  readonly schemas: readonly string[]
  /** Its README, relative to the repository. */
  readonly readme: string
  /** Entries that are joined into one file each; without any, every module is a file of its own. */
  readonly entries: readonly BundledEntry[]
  /** Whether the web board, bundled, comes along. */
  readonly hasBoard: boolean
  /** Whether a path below `src` (as `verify/index.ts`) belongs to it. */
  holds(path: string): boolean
}

/** The server, the command line and the typed client. The pinned Node binaries stay in the repository. */
export function planSeaworthy(root: RepositoryManifest): PackagePlan {
  return {
    folder: 'seaworthy',
    manifest: {
      ...commonOf(root),
      name: 'seaworthy',
      description: root.description,
      bin: { seaworthy: 'bin/seaworthy.js' },
      exports: {
        '.': entryOf('app/index'),
        './verify': entryOf('verify/index'),
        './guard': entryOf('guard/index'),
        './guard/node': entryOf('guard/node'),
        './schemas/*': './schemas/*',
      },
      files: ['bin', 'dist', 'schemas'],
      dependencies: root.dependencies,
    },
    launchers: ['runtime.js', 'seaworthy.js'],
    schemas: [
      'schemas/plan.schema.json',
      'schemas/config.schema.json',
      'schemas/controls.schema.json',
    ],
    readme: 'README.md',
    entries: [],
    hasBoard: true,
    holds: () => true,
  }
}

/** The verifier alone: no dependency, only the files that verification reaches. */
export function planVerify(root: RepositoryManifest, reached: ReadonlySet<string>): PackagePlan {
  return {
    folder: 'verify',
    manifest: {
      ...commonOf(root),
      name: '@seaworthy/verify',
      description:
        'Verifies a Seaworthy bundle offline: hashes, signatures, proofs, statuses and the verdict.',
      bin: { 'seaworthy-verify': 'bin/seaworthy-verify.js' },
      exports: {
        '.': entryOf('verify/index'),
        './node': entryOf('verify/node'),
        './browser': entryOf('verify/browser'),
      },
    },
    launchers: ['runtime.js', 'seaworthy-verify.js'],
    schemas: [],
    readme: 'src/verify/README.md',
    entries: ['verify/index', 'verify/node', 'verify/node-cli', 'verify/browser'].map(asEntry),
    hasBoard: false,
    holds: (path) => reached.has(path),
  }
}

/** The guard alone: no dependency; frameworks and Redis clients are handed to it. */
export function planGuard(root: RepositoryManifest): PackagePlan {
  return {
    folder: 'guard',
    manifest: {
      ...commonOf(root),
      engines: { node: '>=22.19' },
      files: ['dist'],
      name: '@seaworthy/guard',
      description:
        'Protects Fastify, Express and node:http services: rate limits shared through Redis, rate anomalies, GraphQL cost, strict JSON bodies, kill switches, breakers, CORS, CSRF and header fields.',
      exports: { '.': entryOf('guard/index'), './node': entryOf('guard/node') },
    },
    launchers: [],
    schemas: [],
    readme: 'src/guard/README.md',
    entries: [
      ...['guard/index', 'guard/node'].map(asEntry),
      // Named by its address in a module that goes into `guard/node`, so it has to lie beside that.
      { module: 'guard/contract/contract-worker', file: 'guard/contract-worker' },
    ],
    hasBoard: false,
    holds: (path) => path.startsWith('guard/'),
  }
}

function commonOf({ version, license, engines }: RepositoryManifest): Record<string, unknown> {
  return { version, license, type: 'module', engines, files: ['bin', 'dist'] }
}

function asEntry(path: string): BundledEntry {
  return { module: path, file: path }
}

function entryOf(path: string): Record<string, string> {
  return { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` }
}
