// Proposed plans: assertions only from what the document or the lint states, and never a plan that cannot be judged.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { parsePlan } from '../verdict/index.ts'
import type { Plan, PlanGate } from '../verdict/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import { nameRelease } from './naming.ts'
import { proposePlan } from './proposal.ts'
import type { ProposalOptions } from './template-values.ts'

const OPTIONS: ProposalOptions = { service: 'harbour', version: '1.4.0', environment: 'staging' }

function planOf(lines: readonly string[], options: ProposalOptions = OPTIONS): Plan {
  const plan = proposePlan(
    importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest),
    options,
  )
  return parsePlan(JSON.parse(JSON.stringify(plan)))
}

function gateOf(lines: readonly string[], options: ProposalOptions = OPTIONS): PlanGate {
  return planOf(lines, options).gates[0]!
}

function bashGate(script: string, ...rest: string[]): string[] {
  return [
    '- [ ] g',
    '',
    '  ```bash',
    ...script.split('\n').map((line) => `  ${line}`),
    '  ```',
    '',
    ...rest,
  ]
}

test('a self-checking command is asserted by its exit code, any other command by nothing', () => {
  assert.deepEqual(gateOf(bashGate('test -f NOTES.md')).assertions, [
    { read: { from: 'exitCode' }, op: 'eq', value: 0 },
  ])
  const unsound = gateOf(bashGate('curl $PROM_URL/api'))
  assert.deepEqual(unsound.assertions, [])
  assert.ok(unsound.unsound.includes('no-fail-curl'))
  assert.deepEqual(unsound.parameters, ['PROM_URL'])
})

test('a bound beside a slot becomes an assertion that fills the slot', () => {
  const gate = gateOf(
    bashGate('./measure.sh', '  - **P95:** `____ms` (<250)', '  - **Rows:** `____`'),
  )
  assert.deepEqual(gate.assertions, [
    { read: { from: 'slot', slot: 'p95' }, op: 'lt', value: 250, unit: 'ms', fills: ['p95'] },
  ])
  assert.deepEqual(
    gate.slots.map((slot) => slot.id),
    ['p95', 'rows'],
  )
})

test('the toggle called Result, or the only one, takes the outcome of every assertion', () => {
  const gate = gateOf(
    bashGate(
      'test -f x',
      '  - **Time:** `____` seconds (≤7200) ✅❌',
      '  - **Result:** ok ✅❌',
      '  - **Other:** ✅❌',
    ),
  )
  assert.deepEqual(
    gate.assertions.map((assertion) => assertion.fills),
    [['result-ok'], ['time', 'time-ok', 'result-ok']],
  )
  const only = gateOf(['- [ ] Ask', '  - **Confirmed:** ✅❌'])
  assert.deepEqual(only.assertions, [
    { read: { from: 'answer' }, op: 'eq', value: true, fills: ['confirmed-ok'] },
  ])
  const several = gateOf(['- [ ] Ask', '  - **A:** ✅❌', '  - **B:** ✅❌'])
  assert.deepEqual(
    several.assertions.map((assertion) => assertion.fills),
    [undefined],
  )
  assert.deepEqual(several.check, {
    type: 'manual',
    question: 'Does this hold: Ask? It covers: A, B.',
  })
})

test('an http gate is asserted to answer with a status from 200 to 399', () => {
  const gate = gateOf(['- [ ] h', '', '  ```http', '  GET $BASE/health', '  ```'])
  assert.deepEqual(
    gate.assertions.map(({ op, value }) => [op, value]),
    [
      ['ge', 200],
      ['lt', 400],
    ],
  )
  assert.deepEqual(
    [gate.effect, gate.provenRead, gate.retries, gate.timeoutMs],
    ['read', true, 1, 10_000],
  )
})

test('version holes and named placeholders are filled, and what cannot be filled blocks the gate', () => {
  const lines = [
    '- [ ] Deploy <SERVICE> vX.Y.Z (X.Y.Z) on YYYY-MM-DD to <CLUSTER NAME>',
    '',
    '  ```bash',
    '  helm status <SERVICE> --namespace <CLUSTER NAME>',
    '  ```',
  ]
  const gate = gateOf(lines, { ...OPTIONS, parameters: { CLUSTER_NAME: 'eu-1' } })
  assert.equal(gate.title, 'Deploy harbour v1.4.0 (1.4.0) on YYYY-MM-DD to eu-1')
  assert.deepEqual(gate.holes, ['YYYY-MM-DD'])
  assert.deepEqual(gate.check, {
    type: 'command',
    language: 'bash',
    script: 'helm status harbour --namespace eu-1',
  })
})

test('without a version no hole for one is filled and the gate stays blocked', () => {
  const lines = bashGate('git tag -s vX.Y.Z\ngit push origin <VERSION>')
  const imported = importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest)
  const gate = gateOf(lines, { ...OPTIONS, ...nameRelease(imported, {}) })
  assert.deepEqual(gate.holes, ['vX.Y.Z', '<VERSION>'])
  assert.deepEqual(gate.check, {
    type: 'command',
    language: 'bash',
    script: 'git tag -s vX.Y.Z\ngit push origin <VERSION>',
  })
  const given = gateOf(lines, nameRelease(imported, { version: '2.0.0' }))
  assert.deepEqual(given.holes, [])
})

test('a value that a shell would read as syntax never fills a hole', () => {
  for (const value of ['x; rm -rf /', '$(id)', '`id`', '-rf', 'a b', '"', 'a\nb', '<X>']) {
    const gate = gateOf(bashGate('cat <FILE>'), { ...OPTIONS, parameters: { FILE: value } })
    assert.deepEqual(gate.holes, ['<FILE>'])
    assert.equal(gate.check.type === 'command' ? gate.check.script : '', 'cat <FILE>')
  }
})

test('what a check does is proven again on the text with its holes filled', () => {
  const plain = gateOf(bashGate('cat <FILE>'))
  const filled = gateOf(bashGate('cat <FILE>'), { ...OPTIONS, parameters: { FILE: 'NOTES.md' } })
  assert.equal(plain.provenRead, false)
  assert.equal(filled.provenRead, true)
})

test('phases wait for every required gate of the phase before, roll-ups only through their children', () => {
  const plan = planOf([
    '## Security',
    '- [ ] a',
    '- [ ] p',
    '  - [ ] c',
    '## Optional',
    '- [ ] o',
    '## Canary (5%)',
    '- [ ] five',
    '## Rollout (25% to 100%)',
    '- [ ] Phase (25%)',
    '- [ ] Full rollout (100%)',
    '## Post-deploy',
    '- [ ] after',
  ])
  const needs = Object.fromEntries(plan.gates.map((gate) => [gate.title, gate.needs]))
  assert.deepEqual(needs['a'], [])
  assert.deepEqual(needs['five'], ['security/a', 'security/p'])
  assert.deepEqual(needs['Phase (25%)'], ['canary-5/five'])
  assert.deepEqual(needs['Full rollout (100%)'], ['rollout-25-to-100/phase-25'])
  assert.deepEqual(needs['after'], ['rollout-25-to-100/full-rollout-100'])
})

test('a checklist without rollout headings has no phases and no needs', () => {
  const plan = planOf(['## Security', '- [ ] a', '## Deployment', '- [ ] b'])
  assert.deepEqual(
    plan.gates.map((gate) => [gate.phase, gate.needs]),
    [
      [undefined, []],
      [undefined, []],
    ],
  )
})

test('times follow the kind of check, and a soak has the time to sleep', () => {
  const hour = 3_600_000
  const times = (lines: readonly string[]): unknown[] => {
    const gate = gateOf(lines)
    return [gate.timeoutMs, gate.maxAgeMs, gate.retries]
  }
  assert.deepEqual(times(bashGate('./x.sh')), [600_000, 24 * hour, 0])
  assert.deepEqual(times(bashGate('sleep 7200\ncurl -f $U')), [7_800_000, 24 * hour, 0])
  assert.deepEqual(times(['- [ ] q', '', '  ```sql', '  select 1', '  ```']), [
    30_000,
    24 * hour,
    1,
  ])
  assert.deepEqual(times(['- [ ] On-Call Coverage']), [600_000, 12 * hour, 0])
  assert.deepEqual(times(['- [ ] Notes read']), [600_000, 7 * 24 * hour, 0])
})

test('a plan is not proposed without a service, version and environment', () => {
  const imported = importChecklist(utf8Bytes('- [ ] x'), 'x', nodeDigest)
  for (const key of ['service', 'version', 'environment']) {
    for (const value of ['', ' ', 'a\u001bb', 'x'.repeat(201)]) {
      assert.throws(() => proposePlan(imported, { ...OPTIONS, [key]: value }), {
        code: 'GATES_PLAN_OPTION_REFUSED',
      })
    }
  }
})

test('the plan of the reference checklist can be judged, and asserts only what is stated', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const bytes = new Uint8Array(readFileSync(join(folder, '003_146a4ac4e9b5b9a5.txt')))
  const plan = parsePlan(
    JSON.parse(
      JSON.stringify(proposePlan(importChecklist(bytes, 'release.md', nodeDigest), OPTIONS)),
    ),
  )
  assert.equal(plan.gates.length, 30)
  assert.deepEqual(plan.signOffs.length, 6)
  assert.equal(plan.gates.filter((gate) => gate.provenRead).length, 0)
  assert.equal(plan.gates.find((gate) => gate.title === 'Canary Phase 1')?.needs.length, 26)
  const bounded = plan.gates
    .flatMap((gate) => gate.assertions)
    .filter((assertion) => assertion.read.from === 'slot')
  assert.deepEqual(
    bounded.map(({ op, value }) => `${op} ${String(value)}`),
    ['gt 0', 'le 7200', 'lt 2', 'lt 1', 'gt 95'],
  )
  const unsound = plan.gates.filter((gate) => gate.unsound.length > 0)
  assert.ok(
    unsound.every(
      (gate) => !gate.assertions.some((assertion) => assertion.read.from === 'exitCode'),
    ),
  )
})
