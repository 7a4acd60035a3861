// What the command line answers about documents, and how it answers at all: envelope, exit codes, refusals.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { damageText } from '../../examples/checklist/damage.ts'
import { assertNoStack, openWorkplace } from './command-line.ts'

interface ImportAnswer {
  readonly title: string
  readonly gates: readonly {
    readonly id: string
    readonly title: string
    readonly section: string
    readonly severity: string
    readonly check: string
    readonly line: number
    readonly provenRead: boolean
    readonly blocks: readonly { readonly source: string; readonly line: number }[]
    readonly slots: readonly {
      readonly id: string
      readonly unit?: string
      readonly bound?: object
    }[]
  }[]
  readonly counts: Readonly<Record<'gates' | 'blocks' | 'slots' | 'toggles' | 'signoffs', number>>
  readonly holes: readonly { readonly text: string; readonly line: number }[]
  readonly findings: readonly {
    readonly rule: string
    readonly line: number
    readonly level: string
  }[]
}

const EXAMPLE = fileURLToPath(
  new URL('../../examples/checklist/release-checklist.md', import.meta.url),
)
const INTACT = fileURLToPath(new URL('../../examples/checklist/intact.md', import.meta.url))

const place = openWorkplace()
after(() => place.remove())

test('the example is the intact text, damaged the way the script says', () => {
  const damaged = damageText(readFileSync(INTACT, 'utf8'))
  assert.deepEqual(new Uint8Array(readFileSync(EXAMPLE)), damaged)
  assert.ok(damaged.length > readFileSync(INTACT).length, 'the damage changes something')
})

test('import shows every gate of the damaged example with place, check and severity', async () => {
  const { exit, data } = await place.ask<ImportAnswer>(['import', EXAMPLE])
  assert.equal(exit, 0)
  assert.deepEqual(data.counts, { gates: 29, blocks: 25, slots: 41, toggles: 54, signoffs: 6 })
  assert.equal(data.gates.length, data.counts.gates)
  const lines = readFileSync(EXAMPLE, 'utf8').split('\n')
  for (const gate of data.gates) {
    assert.ok(lines[gate.line - 1]?.includes(gate.title), `line ${gate.line} holds ${gate.title}`)
    assert.match(gate.check, /^(?:command|manual)$/)
    assert.equal(gate.severity, 'required')
    assert.notEqual(gate.section, '')
  }
  assert.equal(new Set(data.gates.map((gate) => gate.id)).size, data.gates.length)
  const bounded = data.gates
    .flatMap((gate) => gate.slots)
    .filter((slot) => slot.bound !== undefined)
  assert.ok(bounded.length >= 8, `${bounded.length} slots with a bound`)
  assert.ok(data.holes.some((hole) => hole.text === 'YYYY-MM-DD'))
  assert.ok(data.findings.some((finding) => finding.rule === 'quoted-heredoc-with-vars'))
  assert.equal(data.gates.filter((gate) => gate.provenRead).length, 5)
})

test('import reads the same gates from the damaged bytes as from the intact ones', async () => {
  const damaged = await place.ask<ImportAnswer>(['import', EXAMPLE])
  const intact = await place.ask<ImportAnswer>(['import', INTACT])
  const shape = ({ data }: typeof intact): unknown =>
    data.gates.map(({ id, title, check, line, blocks, slots }) => ({
      id,
      title,
      check,
      line,
      sources: blocks.map((block) => block.source),
      slots: slots.map((slot) => [slot.id, slot.unit, slot.bound]),
    }))
  assert.deepEqual(shape(damaged), shape(intact))
  assert.deepEqual(damaged.data.counts, intact.data.counts)
})

test('import counts 30 gates, 26 blocks, 45 slots, 67 toggles and 6 sign-offs in the real checklist', async (t) => {
  const seeds = process.env['SEAWORTHY_SEEDS']
  if (seeds === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const seed = join(seeds, '003_146a4ac4e9b5b9a5.txt')
  const { data } = await place.ask<ImportAnswer>(['import', seed])
  assert.deepEqual(data.counts, { gates: 30, blocks: 26, slots: 45, toggles: 67, signoffs: 6 })
  assert.equal(data.gates.length, 30)
  assert.equal(data.gates.flatMap((gate) => gate.slots).length, 33)
})

test('what cannot be done is refused with a code, a hint and the exit code of the table', async () => {
  const empty = place.write('no-gates.md', '# Nothing to do here\n\nReally.\n')
  const table = [
    [['import', 'missing.md'], 2, 'APP_FILE_UNREADABLE'],
    [['import', place.folder], 2, 'APP_FILE_UNREADABLE'],
    [['import', empty], 2, 'GATES_CHECKLIST_GATELESS'],
    [['frobnicate'], 2, 'APP_COMMAND_UNKNOWN'],
    [['import', EXAMPLE, '--frobnicate'], 2, 'APP_COMMAND_UNKNOWN'],
    [['status', 'nobody@1.0.0'], 6, 'GATES_RUN_UNKNOWN'],
    [['sign', 'nobody@1.0.0', '--as', 'nobody', '--role', 'SRE'], 6, 'GATES_RUN_UNKNOWN'],
    [
      ['plan', 'review', place.write('p.yaml', 'format: what\n'), '--as', 'nobody'],
      2,
      'GATES_PLAN_FILE_REFUSED',
    ],
    [['verify', 'missing.tar'], 6, 'VERIFY_BUNDLE_MISSING'],
    [['run', EXAMPLE, '--parallel', '0'], 2, 'RUNNER_OPTION_REFUSED'],
  ] as const
  for (const [words, exit, code] of table) {
    const refused = await place.refusal(words)
    assert.deepEqual([words.join(' '), refused.exit, refused.code], [words.join(' '), exit, code])
  }
})

test('without --json a refusal goes to standard error as three lines, and help to standard output', async () => {
  const refused = await place.shell(['import', 'missing.md'])
  assert.equal(refused.exit, 2)
  assert.equal(refused.stdout, '')
  assert.match(
    refused.stderr,
    /^error: expected .*missing\.md.*\n {2}.+\n {2}code: APP_FILE_UNREADABLE\n$/,
  )
  assertNoStack(refused.stderr)
  const help = await place.shell(['--help'])
  assert.equal(help.exit, 0)
  assert.match(help.stdout, /Exit codes: 0 GO/)
  assert.equal(help.stderr, '')
})

test('import, lint and plan run nothing of what they read', async () => {
  const trap = (name: string): string => `touch ${join(place.folder, name)}`
  const file = place.write(
    'trap.md',
    [
      '---',
      `title: "$(${trap('front')})"`,
      'service: trap',
      '---',
      `# T v1.0.0 \`$(${trap('title')})\``,
      `- [ ] Run \`${trap('inline')}\``,
      '- [ ] Block',
      '  ```bash',
      `  ${trap('block')}`,
      '  ```',
      '| ID | Check | Command |',
      '|---|---|---|',
      `| 1 | x | \`${trap('cell')}\` |`,
      '1. Step',
      '   ```bash',
      `   ${trap('step')}`,
      '   ```',
    ].join('\n'),
  )
  const before = readdirSync(place.folder).toSorted()
  const imported = await place.ask<ImportAnswer>(['import', file, '--gates', 'ordered-steps'])
  assert.equal(imported.data.gates.filter((gate) => gate.check === 'command').length, 4)
  await place.ask(['lint', file])
  await place.ask(['plan', file, '--out', join(place.folder, 'trap.plan.yaml')])
  const added = readdirSync(place.folder).filter((name) => !before.includes(name))
  assert.deepEqual(
    added.filter((name) => name !== 'data'),
    ['trap.plan.yaml'],
  )
})

test('a checklist of glyphs, cells and steps cannot pass itself, and is filled where it can be', async () => {
  const lines = [
    '# Ferry v1.0.0',
    '',
    '- ✅ Said to be done',
    '- ⏳ Open',
    '',
    '| Check | Command | Status |',
    '|---|---|---|',
    '| Notes | `test -d .` | ☐ |',
    '| Docs | `test -f missing-file` | ✅ |',
    '',
    '1. Run `test -d .`',
  ]
  const file = place.write('glyphs.md', lines.join('\n'))
  const run = await place.ask<{
    readonly results: readonly { readonly gate: string; readonly status: string }[]
  }>(['run', file, '--gates', 'ordered-steps'])
  assert.equal(run.exit, 30)
  assert.equal(run.data.results.filter((gate) => gate.status === 'PASS').length, 2)
  const report = await place.ask<{ readonly paths: { readonly filled: string } }>([
    'report',
    'ferry@v1.0.0',
  ])
  const filled = readFileSync(report.data.paths.filled, 'utf8').split('\n')
  assert.equal(filled[2], '- ☐ Said to be done')
  assert.equal(filled[3], '- ⏳ Open')
  assert.match(filled[7] ?? '', /\| ☑ \|$/)
  assert.match(filled[8] ?? '', /\| ⏳ \|$/)
  assert.equal(filled[10], lines[10])
})
