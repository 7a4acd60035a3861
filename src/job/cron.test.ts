// Schedules: which minutes five fields name, and which texts name none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextTimeMs, parseCron } from './cron.ts'

const MINUTE_MS = 60_000
const at = (text: string): number => Date.parse(text)
const next = (cron: string, after: string): string =>
  new Date(nextTimeMs(parseCron(cron), at(after))).toISOString()

test('the next time is after the moment, never the moment itself', () => {
  const table = [
    ['* * * * *', '2026-11-26T10:00:00.000Z', '2026-11-26T10:01:00.000Z'],
    ['0 * * * *', '2026-11-26T10:00:00.000Z', '2026-11-26T11:00:00.000Z'],
    ['30 3 * * *', '2026-12-31T03:30:00.001Z', '2027-01-01T03:30:00.000Z'],
    ['*/20 9-10 * * *', '2026-11-26T09:41:00.000Z', '2026-11-26T10:00:00.000Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00.000Z', '2104-02-29T00:00:00.000Z'],
    ['0 12 * * 7', '2026-11-26T10:00:00.000Z', '2026-11-29T12:00:00.000Z'],
    ['5,35 23 1 1,7 *', '2026-11-26T10:00:00.000Z', '2027-01-01T23:05:00.000Z'],
  ] as const
  for (const [cron, after, expected] of table) assert.equal(next(cron, after), expected, cron)
})

test('with both days restricted either is enough', () => {
  assert.equal(next('0 0 13 * 5', '2026-11-26T10:00:00.000Z'), '2026-11-27T00:00:00.000Z')
  assert.equal(next('0 0 13 * *', '2026-11-26T10:00:00.000Z'), '2026-12-13T00:00:00.000Z')
})

test('no minute between the moment and the answer fits, and the answer does', () => {
  const minute = fc.integer({ min: 0, max: 59 })
  const hour = fc.integer({ min: 0, max: 23 })
  const step = fc.integer({ min: 1, max: 30 })
  const start = at('2026-11-01T00:00:00.000Z')
  fc.assert(
    fc.property(minute, hour, step, fc.integer({ min: 0, max: 100_000 }), (m, h, s, offset) => {
      const after = start + offset * 1_000
      const fits = (ms: number): boolean => {
        const day = new Date(ms)
        const isMinute = day.getUTCMinutes() >= m && (day.getUTCMinutes() - m) % s === 0
        return isMinute && (day.getUTCHours() === h || day.getUTCHours() === (h + 5) % 24)
      }
      let walked = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS
      while (!fits(walked)) walked += MINUTE_MS
      const cron = parseCron(`${m}-59/${s} ${h},${(h + 5) % 24} * * *`)
      assert.equal(nextTimeMs(cron, after), walked)
    }),
    { numRuns: 100 },
  )
})

test('what names no time is refused with the field', () => {
  const texts = [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    '1,,2 * * * *',
    '-1 * * * *',
    '@daily',
    'a * * * *',
  ]
  for (const text of texts)
    assert.throws(() => parseCron(text), { code: 'JOB_SCHEDULE_REFUSED' }, JSON.stringify(text))
  assert.throws(() => next('0 0 30 2 *', '2026-11-26T10:00:00.000Z'), {
    code: 'JOB_SCHEDULE_REFUSED',
  })
})
