// Switches: disable wins, last good words stay, expiry is immune to a set clock, rollouts are stable, snapshots are frozen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aBoard, bytesOf, typesOf } from '../../../test/switch-board.ts'
import type { BoardName } from '../../../test/switch-board.ts'
import type { LastGoodStore } from './model.ts'

test('without any source the boot defaults hold, and a name nobody declared is off', async () => {
  const { switches } = aBoard()
  await switches.refresh()
  assert.equal(switches.isOn('billing-writes'), true)
  assert.equal(switches.isOn('search'), false)
  for (const name of ['__proto__', 'constructor', 'toString', 'nobody'])
    assert.equal(switches.isOn(name as BoardName), false)
  assert.deepEqual(switches.evaluate('search'), { value: false, variant: 'off', reason: 'DEFAULT' })
})

test('a disable wins from any source, whatever row, file and environment say beside it', async () => {
  const on = { 'billing-writes': { state: 'on' } }
  const off = { 'billing-writes': { state: 'off' } }
  for (const [row, file, variable, expected, by] of [
    [on, on, 'on', true, 'rows'],
    [off, on, 'on', false, 'rows'],
    [on, off, 'on', false, 'file'],
    [on, on, 'off', false, 'environment'],
    [{}, {}, undefined, true, 'boot'],
  ] as const) {
    const environment = { SWITCH_BILLING_WRITES: variable }
    const board = aBoard({ environment })
    board.rows.set(row)
    board.file.set(file)
    await board.switches.refresh()
    assert.equal(board.switches.isOn('billing-writes'), expected)
    assert.equal(board.switches.status().switches[0]?.by, by)
  }
})

test('a corrupt, huge, vanished or unreadable source keeps its last good words and says so once', async () => {
  const broken: readonly (Uint8Array | undefined | Error)[] = [
    bytesOf('{"format":"seaworthy-switches/1","switches":{"billing-writes":{"state":"on"'),
    bytesOf('{"format":"seaworthy-switches/1","switches":{"__proto__":{"state":"on"}}}'),
    bytesOf(
      '{"format":"seaworthy-switches/1","switches":{"search":{"state":"on"},"search":{"state":"off"}}}',
    ),
    new Uint8Array(2_000_000).fill(0x20),
    new Uint8Array([0xff, 0xfe]),
    new Uint8Array(),
    bytesOf('[]'),
    undefined,
    new Error('EACCES'),
  ]
  for (const raw of broken) {
    const { file, events, switches } = aBoard()
    file.set({ 'billing-writes': { state: 'off' } })
    await switches.refresh()
    file.raw = raw
    await switches.refresh()
    await switches.refresh()
    assert.equal(switches.isOn('billing-writes'), false)
    assert.equal(switches.status().sources[1]?.state, 'lost')
    assert.deepEqual(typesOf(events), ['switch.changed', 'switch.source-lost'])
    file.set({ 'billing-writes': { state: 'on' } })
    await switches.refresh()
    assert.equal(switches.isOn('billing-writes'), true)
    assert.deepEqual(typesOf(events).slice(2), ['switch.source-back', 'switch.changed'])
  }
})

test('one bad word spoils none of the others, keeps its own last good one, and is told', async () => {
  const { file, events, switches } = aBoard()
  file.set({ search: { state: 'on' } })
  await switches.refresh()
  file.set({
    search: { state: 'maybe' },
    'billing-writes': { state: 'off' },
    nobody: { state: 'on' },
    checkout: { state: 'on', variant: 'gone' },
  })
  await switches.refresh()
  assert.deepEqual(
    { ...switches.snapshot.isOn },
    { 'billing-writes': false, search: true, checkout: false },
    'without its rule, what was meant for a few would be on for everybody',
  )
  const told = events.find(({ type }) => type === 'switch.words-refused')
  assert.ok(told?.type === 'switch.words-refused')
  assert.deepEqual(
    told.reasons.map((reason) => reason.split(':')[0]),
    ['"search"', 'nobody', 'checkout'],
  )
})

test('a rollout to a variant that nobody declared changes nothing, now or after its time', async () => {
  const { file, switches } = aBoard()
  const few = { state: 'on', rollout: [{ variant: 'beta', percent: 5 }] }
  file.set({ checkout: few })
  await switches.refresh()
  const seen = (): unknown =>
    Array.from(
      { length: 200 },
      (_, at) => switches.evaluate('checkout', { targetingKey: `user-${at}` }).variant,
    )
  const before = seen()
  const typo = { state: 'on', rollout: [{ variant: 'betta', percent: 5 }] }
  for (const word of [typo, { state: 'off', after: typo, until: '2026-11-26T10:00:00Z' }]) {
    file.set({ checkout: word })
    await switches.refresh()
    assert.deepEqual(seen(), before)
    assert.equal(switches.status().sources[1]?.refusals.length, 1)
  }
})

test('a kill ends after its time on the clock that never goes back, however the wall clock is set', async () => {
  const { rows, clock, switches } = aBoard()
  rows.set({ 'billing-writes': { state: 'off', until: '2026-11-25T11:00:00Z' } })
  await switches.refresh()
  clock.epoch += 365 * 86_400_000
  await switches.refresh()
  assert.equal(switches.isOn('billing-writes'), false, 'a clock that leaps ahead ends nothing')
  clock.epoch -= 2 * 365 * 86_400_000
  clock.us += 3_599_000_000
  await switches.refresh()
  assert.equal(switches.isOn('billing-writes'), false)
  clock.us += 1_000_001
  await switches.refresh()
  assert.equal(switches.isOn('billing-writes'), true, 'a clock that was set back prolongs nothing')
})

test('after its time a word gives way to the one that follows, without any source changing', async () => {
  const { rows, clock, switches } = aBoard()
  rows.set({
    checkout: {
      state: 'on',
      variant: 'beta',
      until: '2026-11-25T10:00:10Z',
      after: { state: 'on', variant: 'on' },
    },
  })
  await switches.refresh()
  assert.equal(switches.evaluate('checkout').value, 'beta')
  clock.us += 10_000_000
  await switches.refresh()
  assert.equal(switches.evaluate('checkout').value, 'new')
})

test('tenants are looked at before the rollout, and without a targeting key a rollout says what is missing', async () => {
  const { rows, switches } = aBoard()
  rows.set({
    checkout: {
      state: 'on',
      tenants: { acme: 'beta', ['constructor']: 'on' },
      rollout: [{ variant: 'on', percent: 100 }],
    },
  })
  await switches.refresh()
  const ask = (context: object): unknown => switches.evaluate('checkout', context)
  assert.deepEqual(ask({ tenant: 'acme' }), {
    value: 'beta',
    variant: 'beta',
    reason: 'TARGETING_MATCH',
  })
  assert.deepEqual(ask({ tenant: 'toString', targetingKey: 'u' }), {
    value: 'new',
    variant: 'on',
    reason: 'SPLIT',
  })
  assert.deepEqual(ask({}), {
    value: 'old',
    variant: 'off',
    reason: 'ERROR',
    errorCode: 'TARGETING_KEY_MISSING',
  })
  rows.set({ checkout: { state: 'off', tenants: { acme: 'beta' } } })
  await switches.refresh()
  assert.deepEqual(ask({ tenant: 'acme' }), { value: 'old', variant: 'off', reason: 'DISABLED' })
})

test('a rollout takes its share within two percent, and whoever was in stays in when it grows', async () => {
  const { rows, switches } = aBoard()
  const chosen = async (percent: number): Promise<Set<number>> => {
    rows.set({ checkout: { state: 'on', rollout: [{ variant: 'on', percent }] } })
    await switches.refresh()
    const keys = Array.from({ length: 5_000 }, (_, at) => at)
    return new Set(
      keys.filter(
        (at) => switches.evaluate('checkout', { targetingKey: `user-${at}` }).variant === 'on',
      ),
    )
  }
  let before = new Set<number>()
  for (const percent of [0, 5, 25, 100]) {
    const now = await chosen(percent)
    assert.ok(Math.abs(now.size / 50 - percent) <= 2, `${now.size} of 5000 at ${percent} %`)
    assert.ok([...before].every((at) => now.has(at)))
    before = now
  }
})

test('the last good words are there at the next start while the source is away', async () => {
  let kept: string | undefined
  const lastGood: LastGoodStore = {
    read: () => Promise.resolve(kept),
    write: (text) => {
      kept = text
      return Promise.resolve()
    },
  }
  const first = aBoard({ lastGood })
  first.rows.set({ 'billing-writes': { state: 'off' } })
  await first.switches.refresh()
  const next = aBoard({ lastGood })
  next.rows.raw = new Error('ECONNREFUSED')
  await next.switches.start()
  next.switches.stop()
  assert.equal(next.switches.isOn('billing-writes'), false)
  kept = '{"rows": 3, "file": "no document"'
  const spoilt = aBoard({ lastGood })
  await spoilt.switches.start()
  spoilt.switches.stop()
  assert.equal(spoilt.switches.isOn('billing-writes'), true)
  assert.deepEqual(typesOf(spoilt.events), ['switch.source-lost'])
})

test('a snapshot that somebody holds never changes, and nobody can change it', async () => {
  const { rows, switches } = aBoard()
  const held = switches.snapshot
  rows.set({ 'billing-writes': { state: 'off' } })
  await switches.refresh()
  assert.equal(held.isOn['billing-writes'], true)
  assert.equal(switches.snapshot.isOn['billing-writes'], false)
  assert.equal(switches.snapshot.version, held.version + 1)
  assert.throws(() => {
    ;(switches.snapshot.isOn as Record<string, boolean>)['billing-writes'] = true
  }, TypeError)
  await switches.refresh()
  assert.equal(switches.snapshot.version, held.version + 1, 'nothing new makes no new snapshot')
})

test('a thousand switches that all flap are seen whole, with a bounded number of events', async () => {
  const names = Array.from({ length: 1_000 }, (_, at) => `s-${at}`)
  const many = Object.fromEntries(names.map((name) => [name, { kind: 'kill-switch', boot: 'on' }]))
  const board = aBoard({ definitions: many as never })
  for (let round = 0; round < 4; round++) {
    const state = round % 2 === 0 ? 'off' : 'on'
    board.events.length = 0
    board.rows.set(Object.fromEntries(names.map((name) => [name, { state }])))
    await board.switches.refresh()
    assert.ok(
      Object.values(board.switches.snapshot.isOn).every((isOn) => isOn === (state === 'on')),
    )
    assert.equal(board.events.length, 100)
  }
})
