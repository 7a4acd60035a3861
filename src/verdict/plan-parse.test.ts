// Tests of strict plan reading, hashes and dependency order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan, digestOf, EXIT_IS_ZERO } from '../../test/decisions.ts'
import type { Json } from '../kernel/index.ts'
import type { Assertion, PlanGate } from './plan-model.ts'
import { definitionHashOf, planHashOf } from './plan.ts'
import { parsePlan } from './plan-parse.ts'

const copyOf = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

const FULL = aPlan(
  [
    aGate({ id: 'db/migrated', phase: 'pre-deploy', maxAgeMs: 1, exclusive: 'db' }),
    aGate({
      id: 'api/up',
      needs: ['db/migrated'],
      check: {
        type: 'http',
        method: 'GET',
        url: 'https://$HOST/health',
        headers: { accept: 'text/plain' },
        body: '',
      },
      parameters: ['HOST'],
      slots: [{ id: 's', label: 'P95', unit: 'ms', bound: { op: 'lt', value: 200 } }],
      toggles: [{ id: 't', label: 'Result' }],
      assertions: [
        {
          read: { from: 'json', path: '$.a.b[0]' },
          op: 'lt',
          value: 200,
          unit: 'ms',
          tolerance: 5,
          onNoData: 'fail',
          fills: ['s', 't'],
          severity: 'advisory',
        },
        { read: { from: 'header', name: 'etag' }, op: 'exists' },
        { read: { from: 'slot', slot: 's' }, op: 'matches', value: '^\\d+$' },
      ],
    }),
    aGate({
      id: 'sql',
      check: { type: 'sql', connection: 'DB', text: 'select 1' },
      assertions: [{ read: { from: 'cell', column: 'n', row: 1 }, op: 'eq', value: 'x' }],
    }),
    aGate({
      id: 'doc',
      check: { type: 'document', path: 'a.md' },
      assertions: [{ read: { from: 'text' }, op: 'contains', value: 'x' }],
    }),
    aGate({
      id: 'person',
      check: { type: 'manual', question: 'Done?' },
      assertions: [{ read: { from: 'answer' }, op: 'eq', value: true }],
    }),
    aGate({
      id: 'promql',
      check: { type: 'unsupported', language: 'promql', reason: 'not here' },
      assertions: [],
    }),
    aGate({
      id: 'all',
      children: ['sql', 'doc'],
      assertions: [],
      check: { type: 'manual', question: '' },
    }),
  ],
  { signOffs: [{ role: 'SRE', minimum: 1 }] },
)

test('a plan survives its JSON form unchanged', () => {
  const parsed = parsePlan(copyOf(FULL))
  assert.deepEqual(parsed, FULL)
  assert.equal(planHashOf(nodeDigest, parsed), planHashOf(nodeDigest, FULL))
})

test('every key of every object of a plan is needed or known to be optional, and no other is taken', () => {
  const optional = new Set([
    'phase',
    'maxAgeMs',
    'exclusive',
    'children',
    'unit',
    'bound',
    'tolerance',
    'severity',
    'onNoData',
    'fills',
    'headers',
    'body',
    'row',
  ])
  let changed = 0
  const visit = (value: Json, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return
    if (!Array.isArray(value) && path.at(-1) !== 'headers') {
      assert.throws(
        () => parsePlan(edited(path, (at) => Object.assign(at, { extra: 1 }))),
        { code: 'VERDICT_PLAN_SHAPE_REFUSED' },
        path.join('.'),
      )
      changed++
      for (const key of Object.keys(value)) {
        const isGateSeverity = key === 'severity' && path.length === 2
        if (optional.has(key) && !isGateSeverity) continue
        const without = edited(path, (at) => Reflect.deleteProperty(at, key))
        const code =
          key === 'value' && path.at(-2) === 'assertions'
            ? 'VERDICT_PLAN_ASSERTION_REFUSED'
            : 'VERDICT_PLAN_SHAPE_REFUSED'
        assert.throws(() => parsePlan(without), { code }, `${path.join('.')} without ${key}`)
        changed++
      }
    }
    for (const [key, each] of Object.entries(value))
      visit(each as Json, [...path, Array.isArray(value) ? Number(key) : key])
  }
  visit(copyOf(FULL), [])
  assert.ok(changed > 150, String(changed))
})

function edited(path: readonly (string | number)[], edit: (at: object) => unknown): Json {
  const root = copyOf(FULL)
  let at: unknown = root
  for (const step of path) at = (at as Record<string | number, unknown>)[step]
  edit(at as object)
  return root
}

const withGate = (fields: Partial<PlanGate>): Json => copyOf(aPlan([aGate({ id: 'a', ...fields })]))

test('values of the wrong kind are refused with their place', () => {
  const rows: readonly (readonly [unknown, RegExp])[] = [
    [null, /at plan, got null/],
    [[], /at plan, got a list/],
    ['', /at plan, got a string/],
    [{ ...FULL, gates: [] }, /1 to .* elements at plan.gates/],
    [{ ...FULL, format: 'seaworthy-plan/2' }, /plan.format/],
    [{ ...FULL, version: ' ' }, /plan.version/],
    [{ ...FULL, service: '\ud800' }, /lone surrogate/],
    [{ ...FULL, signOffs: [{ role: 'a', minimum: 0 }] }, /plan.signOffs\[0\].minimum/],
    [withGate({ timeoutMs: 0 }), /timeoutMs/],
    [withGate({ timeoutMs: 1.5 }), /timeoutMs/],
    [withGate({ retries: -1 }), /retries/],
    [withGate({ children: [] }), /children/],
    [
      copyOf({ ...aPlan([aGate({ id: 'a' })]), source: { name: 'x', sha256: 'sha256:AA' } }),
      /plan.source.sha256/,
    ],
    [{ ...FULL, ['__proto__x']: 1 }, /unknown key/],
    [JSON.parse('{"__proto__": {}}') as Json, /expected the key/],
  ]
  for (const [json, message] of rows) {
    assert.throws(() => parsePlan(json), { code: 'VERDICT_PLAN_SHAPE_REFUSED', message })
  }
})

test('ids that repeat and references that lead nowhere are refused by their own code', () => {
  const two = (fields: Partial<PlanGate>): Json =>
    copyOf(aPlan([aGate({ id: 'a' }), aGate({ id: 'b', ...fields })]))
  const rows: readonly (readonly [Json, string])[] = [
    [two({ id: 'a' }), 'VERDICT_PLAN_ID_DUPLICATE'],
    [
      two({ slots: [{ id: 'x', label: '' }], toggles: [{ id: 'x', label: '' }] }),
      'VERDICT_PLAN_ID_DUPLICATE',
    ],
    [two({ children: ['a', 'a'] }), 'VERDICT_PLAN_ID_DUPLICATE'],
    [
      copyOf(
        aPlan([aGate({ id: 'a' })], {
          signOffs: [
            { role: 'x', minimum: 1 },
            { role: 'x', minimum: 2 },
          ],
        }),
      ),
      'VERDICT_PLAN_ID_DUPLICATE',
    ],
    [two({ needs: ['c'] }), 'VERDICT_PLAN_NEED_UNKNOWN'],
    [two({ children: ['c'] }), 'VERDICT_PLAN_CHILD_UNKNOWN'],
    [two({ needs: ['b'] }), 'VERDICT_PLAN_CYCLE_FOUND'],
    [two({ children: ['b'] }), 'VERDICT_PLAN_CYCLE_FOUND'],
  ]
  for (const [json, code] of rows) assert.throws(() => parsePlan(json), { code })
})

test('a circle is shown with its path, through needs and children alike', () => {
  const plan = aPlan([
    aGate({ id: 'entry', needs: ['a'] }),
    aGate({ id: 'a', needs: ['b'] }),
    aGate({ id: 'b', children: ['c'] }),
    aGate({ id: 'c', needs: ['a'] }),
  ])
  assert.throws(() => parsePlan(copyOf(plan)), {
    code: 'VERDICT_PLAN_CYCLE_FOUND',
    message: /a → b → c → a/,
  })
})

test('an assertion that could not be judged as written is refused', () => {
  const command: Partial<PlanGate> = {}
  const http: Partial<PlanGate> = { check: { type: 'http', method: 'GET', url: 'x' } }
  const stdout = { from: 'stdout' } as const
  const rows: readonly (readonly [Partial<PlanGate>, Assertion, string])[] = [
    [http, EXIT_IS_ZERO, 'ASSERTION'],
    [command, { read: { from: 'status' }, op: 'eq', value: 200 }, 'ASSERTION'],
    [command, { read: { from: 'slot', slot: 'none' }, op: 'exists' }, 'ASSERTION'],
    [command, { read: stdout, op: 'exists', value: 'x' }, 'ASSERTION'],
    [command, { read: stdout, op: 'eq' }, 'ASSERTION'],
    [command, { read: stdout, op: 'lt', value: '5' }, 'ASSERTION'],
    [command, { read: stdout, op: 'matches', value: 5 }, 'ASSERTION'],
    [command, { read: stdout, op: 'contains', value: '' }, 'ASSERTION'],
    [command, { read: stdout, op: 'contains', value: true }, 'ASSERTION'],
    [command, { read: stdout, op: 'eq', value: 'x', unit: 'ms' }, 'ASSERTION'],
    [command, { read: stdout, op: 'eq', value: 'x', tolerance: 1 }, 'ASSERTION'],
    [command, { read: stdout, op: 'ne', value: 1, tolerance: 1 }, 'ASSERTION'],
    [command, { ...EXIT_IS_ZERO, fills: ['nothing'] }, 'ASSERTION'],
    [command, { read: stdout, op: 'matches', value: '(a+)+' }, 'PATTERN'],
    [command, { read: { from: 'json', path: 'a.b' }, op: 'exists' }, 'PATH'],
    [command, { read: { from: 'json', path: '$..a' }, op: 'exists' }, 'PATH'],
    [command, { read: { from: 'json', path: '$[-1]' }, op: 'exists' }, 'PATH'],
    [command, { read: { from: 'json', path: '$.a[*]' }, op: 'exists' }, 'PATH'],
  ]
  for (const [fields, assertion, noun] of rows) {
    const json = withGate({ ...fields, assertions: [assertion] })
    assert.throws(
      () => parsePlan(json),
      { code: `VERDICT_PLAN_${noun}_REFUSED` },
      JSON.stringify(assertion),
    )
  }
})

test('the definition hash moves with what runs and how it is judged, and with nothing else', () => {
  const gate = aGate({ id: 'a' })
  const hash = definitionHashOf(nodeDigest, gate)
  const moves: readonly Partial<PlanGate>[] = [
    { id: 'b' },
    { check: { type: 'command', language: 'bash', script: 'false' } },
    { assertions: [] },
    { effect: 'unknown' },
    { provenRead: false },
    { parameters: ['A'] },
    { holes: ['<X>'] },
    { slots: [{ id: 's', label: 'l' }] },
    { toggles: [{ id: 't', label: 'l' }] },
    { children: ['x'] },
    { timeoutMs: 1 },
    { maxAgeMs: 1 },
    { retries: 1 },
  ]
  for (const fields of moves)
    assert.notEqual(
      definitionHashOf(nodeDigest, { ...gate, ...fields }),
      hash,
      JSON.stringify(fields),
    )
  const stays: readonly Partial<PlanGate>[] = [
    { title: 'x' },
    { section: 'x' },
    { phase: 'x' },
    { severity: 'advisory' },
    { needs: ['x'] },
    { exclusive: 'x' },
    { unsound: ['x'] },
    { source: { line: 9, sha256: digestOf('f') } },
  ]
  for (const fields of stays)
    assert.equal(definitionHashOf(nodeDigest, { ...gate, ...fields }), hash, JSON.stringify(fields))
  assert.equal(
    moves.length + stays.length,
    Object.keys({ ...gate, phase: '', children: [], maxAgeMs: 0, exclusive: '' }).length,
  )
})
