// Dates as people write them, at the edges of days, calendars and changes of clocks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeMoment, isTimeZone, readMoment } from './zone.ts'

const NOW_MS = Date.parse('2026-03-01T12:00:00.000Z')

function read(text: string, zone = 'Europe/Berlin'): string {
  const moment = readMoment(text, zone, NOW_MS)
  return moment.ok ? new Date(moment.value).toISOString() : 'refused'
}

test('a date means its last millisecond in the release time zone, also on days of 23 and 25 hours', () => {
  const rows = [
    ['2024-11-29', 'UTC', '2024-11-29T23:59:59.999Z'],
    ['2024-11-29', 'America/Los_Angeles', '2024-11-30T07:59:59.999Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T21:59:59.999Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T22:59:59.999Z'],
    // Clocks in Beirut go forward at midnight, so the next day begins at one o'clock.
    ['2026-03-28', 'Asia/Beirut', '2026-03-28T21:59:59.999Z'],
  ] as const
  for (const [text, zone, instant] of rows)
    assert.equal(read(text, zone), instant, `${text} ${zone}`)
})

test('where something begins, a date means its first moment, one o’clock where clocks skip midnight', () => {
  const rows = [
    ['2026-12-24', 'Europe/Berlin', '2026-12-23T23:00:00.000Z'],
    ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
    ['2026-12-24T18:00', 'UTC', '2026-12-24T18:00:00.000Z'],
  ] as const
  for (const [text, zone, instant] of rows) {
    const moment = readMoment(text, zone, NOW_MS, 'begin')
    assert.equal(moment.ok && new Date(moment.value).toISOString(), instant, `${text} ${zone}`)
  }
})

test('a time that the clocks skip takes the offset before, and one that comes twice is its first', () => {
  const rows = [
    ['2026-03-29T01:59', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T03:00', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:00', '2026-10-25T02:00:00.000Z'],
    ['2026-10-25T02:30+01:00', '2026-10-25T01:30:00.000Z'],
  ] as const
  for (const [text, instant] of rows) assert.equal(read(text), instant, text)
})

test('spans count from now; what no calendar has is refused', () => {
  assert.equal(read('12h'), '2026-03-02T00:00:00.000Z')
  assert.equal(read('30d'), '2026-03-31T12:00:00.000Z')
  for (const text of ['2026-02-30', '2026-13-01', '2026-01-01T25:00', 'tomorrow', '', '29 Nov'])
    assert.equal(read(text), 'refused', text)
})

test('zones are IANA names, and a moment is shown with its offset', () => {
  assert.deepEqual([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Base')], [true, false])
  const summerMs = Date.parse('2026-07-01T10:00:00.000Z')
  assert.equal(describeMoment(summerMs, 'Europe/Berlin'), '2026-07-01 12:00 +02:00 (Europe/Berlin)')
  assert.equal(
    describeMoment(summerMs, 'America/St_Johns'),
    '2026-07-01 07:30 -02:30 (America/St_Johns)',
  )
  assert.equal(describeMoment(summerMs, 'UTC'), '2026-07-01 10:00 UTC')
})

test('the last instant of all is shown in every zone', () => {
  for (const zone of ['UTC', 'Europe/Berlin', 'America/St_Johns'])
    assert.match(describeMoment(8.64e15, zone), /^\+275760-09-1[23]/)
})
