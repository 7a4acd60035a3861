// Tests of judging a soak: what covers a window, what interrupts it, and samples that lie.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aGate, NO_TERMS } from '../../test/decisions.ts'
import { canonicalBytes, concatBytes, utf8Bytes } from '../kernel/index.ts'
import type { SoakCapture } from './capture-model.ts'
import { parseCapture } from './capture-parse.ts'
import { judgeGate } from './judge.ts'
import type { AttemptTimes, Capture, Judgement } from './model.ts'
import type { Soak } from './plan-model.ts'
import { packSoakSample, readSoakSamples } from './soak-samples.ts'
import type { SoakSample } from './soak-samples.ts'
import { soakCoverage } from './soak.ts'

const START = 1_800_000_000_000
const SOAK: Soak = { forMs: 60_000, everyMs: 10_000 }
const CLEAN = { truncated: false, maskedCount: 0 }
const UP = '{"up":true}'
const DOWN = '{"up":false}'

function aSample(elapsedMs: number, body = UP, more: Partial<SoakSample> = {}): SoakSample {
  const capture: Capture = {
    kind: 'http',
    status: 200,
    headers: {},
    durationMs: 3,
    streams: { body: CLEAN },
  }
  const time = { atMs: START + elapsedMs, steadyMs: elapsedMs }
  return { ...time, capture, streams: { body: utf8Bytes(body) }, ...more }
}

/** One sample for each step, from the beginning of the window to its end. */
const everyStep = (body: (index: number) => string = () => UP): SoakSample[] =>
  Array.from({ length: 7 }, (_, index) => aSample(index * 10_000, body(index)))

interface Case {
  readonly soak?: Soak
  readonly capture?: Partial<SoakCapture>
  readonly bytes?: Uint8Array
  readonly times?: AttemptTimes
}

function judgeSamples(samples: readonly SoakSample[], given: Case = {}): Judgement {
  const capture: SoakCapture = {
    kind: 'soak',
    sampleCount: samples.length,
    durationMs: 60_000,
    streams: { samples: CLEAN },
    ...given.capture,
  }
  const gate = aGate({
    id: 'soaked',
    check: { type: 'http', method: 'GET', url: 'https://api.test' },
    assertions: [{ read: { from: 'json', path: '$.up' }, op: 'eq', value: true }],
    soak: given.soak ?? SOAK,
  })
  const bytes = given.bytes ?? concatBytes(samples.map(packSoakSample))
  return judgeGate(
    gate,
    parseCapture(canonicalBytes(capture)),
    { samples: bytes },
    NO_TERMS,
    given.times,
  )
}

test('samples that hold from the beginning of the window to its end pass, and the reason says how many', () => {
  const judged = judgeSamples(everyStep())
  assert.deepEqual([judged.status, judged.reason], ['PASS', 'held in 7 of 7 samples over 1.0 min'])
})

test('one sample that fails fails the soak, with when and why, even when later ones hold', () => {
  const judged = judgeSamples(everyStep((index) => (index === 3 ? DOWN : UP)))
  assert.equal(judged.status, 'FAIL')
  assert.equal(
    judged.reason,
    '1 of 7 samples did not hold; the first, after 30.0 s: expected JSON $.up = true, got false',
  )
})

test('a share of failed samples that the plan allows is a WARN, and one more fails', () => {
  const soak = { ...SOAK, allowedFailureShare: 0.2 }
  const judge = (failing: number): Judgement =>
    judgeSamples(
      everyStep((index) => (index < failing ? DOWN : UP)),
      { soak },
    )
  assert.equal(judge(1).status, 'WARN')
  assert.match(
    judge(1).reason,
    /held in 6 of 7 samples over 1.0 min; 1 did not, which the plan allows/,
  )
  assert.equal(judge(2).status, 'FAIL')
})

test('a soak that saw nothing of its check is an ERROR, and one without data is INCONCLUSIVE', () => {
  const broken: Capture = {
    kind: 'http',
    status: null,
    headers: {},
    error: 'connection refused',
    durationMs: 1,
    streams: {},
  }
  const refused = everyStep().map((sample) => ({ ...sample, capture: broken, streams: {} }))
  assert.equal(judgeSamples(refused).status, 'ERROR')
  assert.match(judgeSamples(refused).reason, /connection refused/)
  assert.equal(judgeSamples(everyStep(() => '{}')).status, 'INCONCLUSIVE')
  assert.equal(judgeSamples([]).status, 'INCONCLUSIVE')
})

test('a window that is too short, has a gap, or lost time to sleep or a set clock is not covered', () => {
  const good = everyStep()
  const status = (samples: readonly SoakSample[], soak?: Soak): string =>
    judgeSamples(samples, soak === undefined ? {} : { soak }).status
  assert.equal(status(good.slice(0, -1)), 'INCONCLUSIVE')
  const holed = good.filter((_, index) => index < 2 || index > 3)
  assert.equal(status(holed), 'INCONCLUSIVE')
  assert.equal(status(holed, { ...SOAK, maxGapMs: 30_000 }), 'PASS')
  // A machine that slept: the wall clock went on, the steady clock did not.
  const slept = good.map((each, index) =>
    index < 4 ? each : { ...each, atMs: each.atMs + 3_600_000 },
  )
  assert.equal(status(slept), 'INCONCLUSIVE')
  // A clock that was set back, and one that was set ahead by less than a gap.
  const back = good.map((each, index) =>
    index < 4 ? each : { ...each, atMs: each.atMs - 3_600_000 },
  )
  assert.equal(status(back), 'INCONCLUSIVE')
  const ahead = good.map((each, index) => (index < 4 ? each : { ...each, atMs: each.atMs + 8_000 }))
  assert.equal(status(ahead), 'INCONCLUSIVE')
})

test('after an interruption the whole window has to be covered anew, and a failure before it still counts', () => {
  const late = everyStep().map((each) => ({
    ...each,
    atMs: each.atMs + 200_000,
    steadyMs: each.steadyMs + 200_000,
  }))
  const resumed = judgeSamples([aSample(0), aSample(10_000), ...late])
  assert.deepEqual(
    [resumed.status, resumed.reason],
    ['PASS', 'held in 9 of 9 samples over 1.0 min'],
  )
  assert.equal(judgeSamples([aSample(0, DOWN), aSample(10_000), ...late]).status, 'FAIL')
})

test('samples out of order, repeated, too few or too many, or of another kind are an ERROR', () => {
  const good = everyStep()
  const status = (samples: readonly SoakSample[], given?: Case): string =>
    judgeSamples(samples, given).status
  assert.equal(status(good.toReversed()), 'ERROR')
  assert.equal(status([...good, good.at(-1)!]), 'ERROR')
  assert.equal(status(good, { capture: { sampleCount: 6 } }), 'ERROR')
  const sql: Capture = { kind: 'sql', rowCount: 1, durationMs: 1, streams: {} }
  assert.equal(status(good.map((each) => ({ ...each, capture: sql }))), 'ERROR')
  const nested: Capture = { kind: 'soak', sampleCount: 0, durationMs: 1, streams: {} }
  assert.equal(status(good.map((each) => ({ ...each, capture: nested }))), 'ERROR')
})

test('samples dated outside their attempt, or that take longer than it did, are an ERROR', () => {
  const samples = everyStep()
  const status = (startedAtMs: number, finishedAtMs: number): string =>
    judgeSamples(samples, { times: { startedAtMs, finishedAtMs } }).status
  assert.equal(status(START, START + 60_100), 'PASS')
  assert.equal(status(START, START + 30_000), 'ERROR')
  assert.equal(status(START + 20_000, START + 90_000), 'ERROR')
  // All dated at the end of a short attempt, while the steady clock claims a minute.
  const squeezed = samples.map((each, index) => ({ ...each, atMs: START + index }))
  const times = { startedAtMs: START, finishedAtMs: START + 100 }
  assert.equal(judgeSamples(squeezed, { times }).status, 'ERROR')
})

test('a plain capture does not answer for a soak, nor a soak for a plain gate', () => {
  const plain = aSample(0)
  const gate = aGate({ id: 'x', check: { type: 'http', method: 'GET', url: 'https://api.test' } })
  const soaked = { ...gate, soak: SOAK }
  assert.equal(judgeGate(soaked, plain.capture, plain.streams, NO_TERMS).status, 'ERROR')
  const capture: Capture = { kind: 'soak', sampleCount: 0, durationMs: 1, streams: {} }
  assert.equal(judgeGate(gate, capture, {}, NO_TERMS).status, 'ERROR')
})

test('cut samples prove nothing, and bytes that are no samples are an ERROR with a reason', () => {
  const cut = { streams: { samples: { truncated: true, maskedCount: 0 } } }
  assert.equal(judgeSamples(everyStep(), { capture: cut }).status, 'INCONCLUSIVE')
  for (const text of ['{}\n', 'x\n', '{"atMs":1}', '[]\n', '\u0000\n']) {
    const judged = judgeSamples([], { bytes: utf8Bytes(text), capture: { sampleCount: 1 } })
    assert.equal(judged.status, 'ERROR', text)
  }
  assert.equal(judgeSamples([], { bytes: new Uint8Array([255, 10]) }).status, 'ERROR')
  const many = utf8Bytes('{}\n'.repeat(2_001))
  assert.match(judgeSamples([], { bytes: many }).reason, /expected at most 2000, got 2001/)
})

test('what is packed comes back byte for byte, text or not', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string().map(utf8Bytes)), (bytes) => {
      const [sample] = readSoakSamples(packSoakSample({ ...aSample(5), streams: { body: bytes } }))
      assert.ok(typeof sample === 'object')
      assert.deepEqual([...(sample.streams['body'] ?? [])], [...bytes])
    }),
  )
})

test('no order of clock readings covers more than the time between the first and the last of them', () => {
  const readings = fc.array(fc.record({ atMs: fc.nat(1e6), steadyMs: fc.nat(1e6) }), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(readings, (times) => {
      const { coveredMs } = soakCoverage({ forMs: 1e6, everyMs: 1e5 }, times)
      const spanOf = (values: readonly number[]): number =>
        values.length === 0 ? 0 : Math.max(...values) - Math.min(...values)
      assert.ok(coveredMs <= spanOf(times.map((each) => each.atMs)))
      assert.ok(coveredMs <= spanOf(times.map((each) => each.steadyMs)))
    }),
  )
})
