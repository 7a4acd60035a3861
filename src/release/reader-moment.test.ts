// How the board writes an instant: in the zone of the reader, with that of the release beside it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { clockNote, writeMoment, zoneName } from './reader-moment.ts'

const EVENING = '2026-11-26T22:45:00.000Z'

test('an instant is written in the zone of the reader, with the zone and, where it is another one, the day of the release', () => {
  const written = [
    ['Europe/Lisbon', 'Europe/Berlin', '26 Nov 2026, 22:45 (23:45 Europe/Berlin)'],
    ['America/New_York', 'UTC', '26 Nov 2026, 17:45 (22:45 UTC)'],
    ['America/New_York', 'Asia/Tokyo', '26 Nov 2026, 17:45 (27 Nov, 07:45 Asia/Tokyo)'],
    ['Asia/Kathmandu', 'America/New_York', '27 Nov 2026, 04:30 (26 Nov, 17:45 America/New_York)'],
  ] as const
  for (const [reader, beside, text] of written)
    assert.equal(writeMoment(EVENING, { reader, beside }), text)
  const summer = { reader: 'UTC', beside: 'Europe/Berlin' }
  assert.equal(
    writeMoment('2026-07-01T10:00:00Z', summer),
    '1 Jul 2026, 10:00 (12:00 Europe/Berlin)',
  )
})

test('one zone is said once, whatever it is called', () => {
  const one = { reader: 'Europe/Berlin', beside: 'Europe/Berlin' }
  assert.equal(writeMoment(EVENING, one), '26 Nov 2026, 23:45 Europe/Berlin')
  assert.equal(writeMoment(EVENING, { reader: 'Etc/UTC', beside: 'GMT' }), '26 Nov 2026, 22:45 UTC')
})

test('a zone that this browser does not know is read as UTC, and no instant is called no time', () => {
  const strange = { reader: 'Europe/Berlin', beside: 'Mars/Base' }
  assert.equal(writeMoment(EVENING, strange), '26 Nov 2026, 23:45 (22:45 UTC)')
  assert.equal(zoneName('Mars/Base'), 'UTC')
  assert.equal(writeMoment('soon', strange), 'no time')
})

test('a clock that is off by more than a minute is told, with how much and to which side', () => {
  assert.equal(clockNote(60_000), undefined)
  assert.equal(clockNote(-60_000), undefined)
  assert.match(
    clockNote(61_000) ?? '',
    /^The clock of this device is a minute behind the server’s\./,
  )
  assert.match(clockNote(-47 * 60_000) ?? '', /is 47 minutes ahead of the server’s\./)
})
