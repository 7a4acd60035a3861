// Plants one fault per rule about files, rooms and statements and expects exactly that rule to name it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { inspectTree } from '../tools/tidy.ts'
import { CLEAN, FLOORS, rulesBrokenBy, withLines } from './tidy-tree.ts'

test('ambient time, chance, timers and environment are found', () => {
  const table = [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'crypto.randomUUID()',
    'setTimeout(f, 1)',
    'setInterval(f, 1)',
    'process.env.HOME',
    'import(name)',
    'import(`./${name}.ts`)',
  ]
  for (const text of table) {
    assert.deepEqual(
      rulesBrokenBy(withLines('src/ledger/store.ts', `export const x = () => ${text}`)),
      ['ambient'],
      text,
    )
  }
})

test('time is allowed in the platform, a date from a value everywhere, the environment only in the config', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/ledger/store.ts', 'export const x = (ms) => new Date(ms)')),
    [],
  )
  assert.deepEqual(
    rulesBrokenBy(withLines('src/platform/host.ts', 'export const x = () => process.env.HOME')),
    ['ambient'],
  )
  const config = {
    ...withLines('src/app/run.ts', "import './config.ts'"),
    'src/app/config.ts': '// Reads the settings.\nexport const home = process.env.HOME\n',
  }
  assert.deepEqual(rulesBrokenBy(config), [])
})

test('a name that says nothing is found, for a file, a folder and a compound', () => {
  for (const path of [
    'src/verify/utils.ts',
    'src/verify/shared/tar.ts',
    'src/verify/tar-helpers.ts',
    'src/verify/readTar.ts',
  ]) {
    const broken = rulesBrokenBy({
      ...withLines('src/verify/bundle.ts', `import './${path.slice('src/verify/'.length)}'`),
      [path]: '// Text.\n',
    })
    assert.deepEqual(broken, ['names'], path)
  }
})

test('a long file and a long function are found', () => {
  const blank = Array.from({ length: 300 }, () => '')
  assert.deepEqual(rulesBrokenBy(withLines('src/verify/bundle.ts', ...blank)), ['size'])
  const body = Array.from({ length: 60 }, () => '  f()')
  assert.deepEqual(
    rulesBrokenBy(withLines('src/verify/bundle.ts', 'const long = () => {', ...body, '}')),
    ['size'],
  )
  assert.deepEqual(
    rulesBrokenBy(withLines('src/verify/bundle.ts', 'const long = () => {', ...body.slice(2), '}')),
    [],
  )
})

test('named functions inside a function are measured for themselves, callbacks for the function around them', () => {
  const half = Array.from({ length: 40 }, () => '    f()')
  const named = [
    'export const make = () => ({',
    '  one() {',
    ...half,
    '  },',
    '  two() {',
    ...half,
    '  },',
    '})',
  ]
  assert.deepEqual(rulesBrokenBy(withLines('src/verify/bundle.ts', ...named)), [])
  const callbacks = [
    'export const make = () => {',
    '  g(() => {',
    ...half,
    '  })',
    '  g(() => {',
    ...half,
    '  })',
    '}',
  ]
  assert.deepEqual(rulesBrokenBy(withLines('src/verify/bundle.ts', ...callbacks)), ['size'])
})

test('a file without an opening sentence is found', () => {
  assert.deepEqual(
    rulesBrokenBy({ 'src/verify/bundle.ts': 'export function verifyBundle() {}\n' }),
    ['opening'],
  )
  assert.deepEqual(
    rulesBrokenBy({ 'src/verify/bundle.ts': '// bundle\nexport function verifyBundle() {}\n' }),
    ['opening'],
  )
})

test('two casts in a row are found', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/verify/bundle.ts', 'const x = f as unknown as string')),
    ['type-holes'],
  )
})

test('a file that does not parse is found', () => {
  assert.ok(rulesBrokenBy(withLines('src/verify/bundle.ts', 'const = 1')).includes('syntax'))
})

test('two tests of one name, a test in a loop and a test file without a test are found', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/ledger/store.test.ts', "test('an entry is kept', () => {})")),
    ['test-names'],
  )
  assert.deepEqual(
    rulesBrokenBy(
      withLines('src/ledger/store.test.ts', "for (const x of y) test('it holds', () => {})"),
    ),
    ['test-loops'],
  )
  assert.deepEqual(rulesBrokenBy({ 'src/ledger/empty.test.ts': '// Tests nothing.\n' }), [
    'test-names',
  ])
})

test('one function name exported twice is found', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/ledger/store.ts', 'export function verifyBundle() {}')),
    ['function-names'],
  )
})

test('a room without README or front door is found', () => {
  const { 'src/verify/README.md': prose, ...rest } = CLEAN
  assert.ok(prose !== undefined)
  const { findings } = inspectTree(new Map(Object.entries(rest)))
  assert.deepEqual(
    findings.map(({ rule, path }) => `${rule} ${path}`),
    ['rooms src/verify/README.md'],
  )
  const { 'src/platform/index.ts': door, 'src/app/run.ts': user, ...open } = CLEAN
  assert.ok(door !== undefined && user !== undefined)
  const without = inspectTree(
    new Map(
      Object.entries({
        ...open,
        'src/app/run.ts':
          "// Runs.\nimport '../ledger/index.ts'\nimport '../ledger/cli.ts'\nexport function run() {}\n",
      }),
    ),
  )
  assert.ok(
    without.findings.some(({ rule, path }) => rule === 'rooms' && path === 'src/platform/index.ts'),
  )
})

test('a front door with logic, with foreign exports or past its length is found', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/verify/index.ts', 'export function two() { return 2 }')),
    ['rooms'],
  )
  assert.deepEqual(
    rulesBrokenBy(
      withLines('src/app/index.ts', "export { appendFacts } from '../ledger/index.ts'"),
    ),
    ['rooms'],
  )
  assert.deepEqual(
    rulesBrokenBy(withLines('src/verify/index.ts', ...Array.from({ length: 40 }, () => '//'))),
    ['rooms'],
  )
})

test('a re-export beside the front door is found', () => {
  assert.deepEqual(
    rulesBrokenBy(withLines('src/app/run.ts', "export { appendFacts } from '../ledger/index.ts'")),
    ['barrels'],
  )
})

test('a room that outgrows its share is found once the product is large', () => {
  const files = (room: string, count: number): Record<string, string> => {
    const each = Array.from({ length: count }, (_, index) => [
      `src/${room}/part-${index}.ts`,
      `// Part ${index}.\n${'\n'.repeat(289)}`,
    ])
    const tests = Array.from({ length: count }, (_, index) => `import './part-${index}.ts'`)
    return {
      ...Object.fromEntries(each),
      [`src/${room}/part.test.ts`]: `// Uses all.\n${tests.join('\n')}\ntest('a', () => {})\n`,
    }
  }
  const small = { ...files('app', 5), ...files('ledger', 5), ...files('platform', 5) }
  assert.deepEqual(rulesBrokenBy(small), [])
  const rooms = ['app', 'ledger', 'platform', 'verify']
  const large = Object.assign({}, ...rooms.map((room) => files(room, 9)))
  assert.deepEqual(rulesBrokenBy(large), ['room-share'])
})

test('a table of another slice is found in statements and migrations', () => {
  assert.deepEqual(
    rulesBrokenBy(
      withLines(
        'src/ledger/store.ts',
        'export const x = (tx) => tx.query("select a from evidence_blob")',
      ),
    ),
    ['tables'],
  )
  assert.deepEqual(
    rulesBrokenBy({
      'src/ledger/migrations/0002-more.up.sql': 'create table if not exists entry (a text);\n',
    }),
    ['tables'],
  )
  assert.deepEqual(
    rulesBrokenBy(
      withLines(
        'src/ledger/store.ts',
        'export const x = (tx) => tx.query(`delete from evidence_blob where a is distinct from b`)',
      ),
    ),
    ['tables'],
  )
})

test('a foreign key to another slice is found with its line', () => {
  const text = 'create table ledger_more (\n  a text,\n  b text references evidence_blob (b)\n);\n'
  const { findings } = inspectTree(
    new Map(Object.entries({ ...CLEAN, 'src/ledger/migrations/0002-more.up.sql': text })),
  )
  assert.deepEqual(
    findings.map(({ rule, line }) => `${rule} ${line}`),
    ['foreign-keys 3'],
  )
})

test('a statement that reads the time or rolls dice is found outside the platform', () => {
  assert.deepEqual(
    rulesBrokenBy(
      withLines(
        'src/ledger/store.ts',
        "export const x = (tx) => tx.query('update ledger_entry set at = now()')",
      ),
    ),
    ['ambient-sql'],
  )
  assert.deepEqual(
    rulesBrokenBy(
      withLines('src/platform/host.ts', "export const x = (tx) => tx.query('select now()')"),
    ),
    [],
  )
})

test('words that only look like tables are left alone', () => {
  const sql =
    "select extract(epoch from at), 'from evidence_blob' from ledger_entry, lateral unnest(a) for update skip locked -- join evidence_blob"
  assert.deepEqual(
    rulesBrokenBy(
      withLines('src/ledger/store.ts', `export const x = (tx) => tx.query(\`${sql}\`)`),
    ),
    [],
  )
})

test('a string is a statement only where statements live', () => {
  const text = "export const hint = 'update the checklist from main'"
  assert.deepEqual(rulesBrokenBy(withLines('src/verify/bundle.ts', text)), [])
  assert.deepEqual(rulesBrokenBy(withLines('src/ledger/store.ts', text)), ['tables'])
  const grants = 'revoke execute on function ledger_append from public;\n'
  assert.deepEqual(rulesBrokenBy({ 'src/ledger/migrations/0002-more.up.sql': grants }), [])
})

test('reading fewer files than expected is a finding of its own', () => {
  const floors = JSON.stringify({ ...FLOORS, expectedAtLeast: { files: 1000, imports: 8 } })
  assert.deepEqual(rulesBrokenBy({ 'src/floors.json': floors }), ['input'])
})
