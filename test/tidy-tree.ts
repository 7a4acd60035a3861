// A small clean source tree, and which rules of the house speak when a fault is planted in it.
import assert from 'node:assert/strict'
import { inspectTree } from '../tools/tidy.ts'

export const FLOORS = {
  floors: [
    { floor: 5, rooms: ['main.ts'] },
    { floor: 4, rooms: ['app'] },
    { floor: 3, rooms: ['ledger', 'evidence', 'platform'] },
    { floor: 2, rooms: ['verify'] },
    { floor: 1, rooms: ['kernel'] },
  ],
  pure: ['kernel', 'verify'],
  noPackages: ['kernel', 'verify'],
  nodeEntries: ['verify/node.ts'],
  onlyAppImports: ['platform'],
  commandFace: 'cli.ts',
  board: { doors: ['verify/index.ts'], packages: ['react'] },
  tables: { platform: ['tenant'] },
  expectedAtLeast: { files: 10, imports: 8 },
}

export const CLEAN: Readonly<Record<string, string>> = {
  'src/floors.json': JSON.stringify(FLOORS),
  'board/main.tsx':
    "// Draws the board.\nimport { verifyBundle } from '../src/verify/index.ts'\nimport { jsx } from 'react/jsx-runtime'\nexport const drawn = [verifyBundle, jsx]\n",
  'src/main.ts': "// Starts the program.\nimport { run } from './app/index.ts'\nrun()\n",
  'src/app/README.md': '# app\n',
  'src/app/index.ts': "// Front door of the app.\nexport { run } from './run.ts'\n",
  'src/app/run.ts': [
    '// Composes the rooms.',
    "import { appendFacts } from '../ledger/index.ts'",
    "import { openHost } from '../platform/index.ts'",
    "import { ledgerCommand } from '../ledger/cli.ts'",
    "import { verifyBundle } from '../verify/index.ts'",
    "import { bindNode } from '../verify/node.ts'",
    'export function run() { return [appendFacts, openHost, ledgerCommand, verifyBundle, bindNode] }',
    '',
  ].join('\n'),
  'src/ledger/README.md': '# ledger\n',
  'src/ledger/index.ts':
    "// Front door of the ledger.\nexport { appendFacts } from './store.ts'\nexport const ledgerSlice = { name: 'ledger' }\n",
  'src/ledger/cli.ts': '// Commands of the ledger.\nexport const ledgerCommand = 1\n',
  'src/ledger/store.ts': [
    '// Statements of the ledger.',
    'export function appendFacts(tx) {',
    '  return tx.query(`with fresh as (select 1) insert into ledger_entry (a) select a from fresh join tenant t on true`)',
    '}',
    '',
  ].join('\n'),
  'src/ledger/migrations/0001-ledger.up.sql':
    '-- Entries, from the beginning.\ncreate table ledger_entry (\n  tenant_id text references tenant (tenant_id)\n);\n',
  'src/ledger/store.test.ts':
    "// Tests the statements.\nimport { appendFacts } from './store.ts'\ntest('an entry is kept', () => appendFacts)\n",
  'src/platform/README.md': '# platform\n',
  'src/platform/index.ts': "// Front door of the platform.\nexport { openHost } from './host.ts'\n",
  'src/platform/host.ts':
    '// The outside world.\nexport function openHost() { return Date.now() }\n',
  'src/verify/README.md': '# verify\n',
  'src/verify/index.ts': "// Front door of verify.\nexport { verifyBundle } from './bundle.ts'\n",
  'src/verify/bundle.ts': '// Verifies a bundle.\nexport function verifyBundle() { return true }\n',
  'src/verify/node.ts':
    "// Binds verify to Node.\nimport { hash } from 'node:crypto'\nimport { verifyBundle } from './bundle.ts'\nexport const bindNode = () => [hash, verifyBundle]\n",
}

/** Rules that speak about the clean tree with `changes` laid over it; each rule once, in order. */
export function rulesBrokenBy(changes: Readonly<Record<string, string>>): string[] {
  const { findings } = inspectTree(new Map(Object.entries({ ...CLEAN, ...changes })))
  return [...new Set(findings.map(({ rule }) => rule))].toSorted()
}

function clean(path: string): string {
  const text = CLEAN[path]
  assert.ok(text !== undefined, `${path} is in the clean tree`)
  return text
}

export function withLines(path: string, ...lines: readonly string[]): Record<string, string> {
  return { [path]: `${clean(path)}${lines.join('\n')}\n` }
}
