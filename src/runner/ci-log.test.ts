// Logs of CI systems: their own syntax for what we say, and no command for what a checklist says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CiSystem } from '../client/index.ts'
import { jsonLine, withoutLogCommands } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import type { RunEvent } from './events.ts'
import { progressView } from './progress.ts'

const ATTACKS = [
  '::set-env name=PATH::/evil',
  '\n::add-path::/evil',
  '##vso[task.setvariable variable=x]y',
  '##[set-env name=x]y',
  '::endgroup::',
  '%0A::error::x',
  'a,line=1,title=b::c',
]

async function logOf(ci: CiSystem, title: string, reason: string): Promise<string[]> {
  let out = ''
  const view = progressView({
    mode: 'lines',
    write: (text) => (out += text),
    clock: { ...systemClock, nowMs: () => 1_000_000 },
    gates: [
      {
        id: 'a/b',
        title,
        section: 'A',
        severity: 'required',
        place: { file: 'docs/check,list.md', line: 7 },
      },
    ],
    isColoured: false,
    ci,
    size: () => ({ columns: 80, rows: 24 }),
  })
  const events: readonly RunEvent[] = [
    { kind: 'run-started', run: 'r', gateCount: 1, keptCount: 0 },
    { kind: 'gate-finished', gate: 'a/b', attempt: 1, status: 'FAIL', reason, durationMs: 100 },
    { kind: 'run-finished', run: 'r', interrupted: false, counts: { FAIL: 1 }, durationMs: 200 },
  ]
  for (const event of events) view.show(event)
  await view.close()
  return out.trimEnd().split('\n')
}

test('GitHub gets a group and an annotation with file and line', async () => {
  assert.deepEqual(await logOf('github', 'Tests: all', 'got 50%'), [
    '::group::1 gate',
    '✗ FAIL     a/b  0.1 s  got 50%',
    '::endgroup::',
    '::error file=docs/check%2Clist.md,line=7,title=Tests%3A all::FAIL: got 50%25',
    'run r: 1 FAIL in 0.2 s',
  ])
})

test('GitLab gets a section, Azure a group and an issue, Buildkite a heading, the others plain lines', async () => {
  const gitlab = await logOf('gitlab', 'T', 'r')
  assert.equal(gitlab[0], '\u001b[0Ksection_start:1000:seaworthy_gates\r\u001b[0K1 gate')
  assert.equal(gitlab[2], '\u001b[0Ksection_end:1000:seaworthy_gates\r\u001b[0K')
  const azure = await logOf('azure', 'T', 'r')
  assert.equal(azure[0], '##[group]1 gate')
  assert.equal(
    azure[3],
    '##vso[task.logissue type=error;sourcepath=docs/check,list.md;linenumber=7]T: FAIL: r',
  )
  assert.equal((await logOf('buildkite', 'T', 'r'))[0], '--- 1 gate')
  for (const ci of ['circleci', 'jenkins', 'other'] as const)
    assert.equal((await logOf(ci, 'T', 'r')).length, 2)
})

test('no title or reason gives a CI system a command', async () => {
  for (const ci of ['github', 'gitlab', 'azure', 'buildkite', 'other'] as const) {
    const expected = commandsIn(await logOf(ci, 'T', 'r'))
    for (const attack of ATTACKS) {
      const got = commandsIn(await logOf(ci, attack, attack))
      assert.deepEqual(got, expected, `${ci}: ${attack}`)
    }
  }
})

/** The commands a log gives, by the rules of the systems' own agents, without their texts. */
function commandsIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const github = /^\s*::([\w-]+)/.exec(line)
    if (github !== null) return [`${github[1]}`]
    return [...line.matchAll(/##(?:vso)?\[([\w.-]+)/g)].map((found) => found[1] ?? '')
  })
}

test('whatever a text holds, made plain it gives no command, and as JSON it says the same', () => {
  const piece = fc.constantFrom('##', '[', 'vso[', '::', '\n', ' ', 'a', '---', '+++', '#')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      assert.deepEqual(commandsIn(withoutLogCommands(text).split('\n')), [])
      const json = jsonLine({ text })
      assert.deepEqual(JSON.parse(json), { text })
      assert.doesNotMatch(json, /##(?:vso)?\[/)
    }),
  )
})
