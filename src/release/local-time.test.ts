// Local times that readers write into fields of the board, in the zone that they read times in.
import assert from 'node:assert/strict'
import test from 'node:test'
import { instantOfLocalTime } from './local-time.ts'
import { writeMoment, zoneName } from './reader-moment.ts'

test('a time that is written is of the zone that times are shown in, whatever the machine’s is', () => {
  assert.equal(instantOfLocalTime('2026-11-27T10:30', 'Asia/Tokyo'), '2026-11-27T01:30:00.000Z')
  assert.equal(instantOfLocalTime('2026-11-27T10:30', 'Europe/Berlin'), '2026-11-27T09:30:00.000Z')
  assert.equal(instantOfLocalTime('2026-07-01T10:30', 'Europe/Berlin'), '2026-07-01T08:30:00.000Z')
  const ofMachine = new Date('2026-11-27T10:30').toISOString()
  assert.equal(instantOfLocalTime('2026-11-27T10:30', undefined), ofMachine)
  for (const reader of ['America/St_Johns', 'Asia/Kathmandu', 'UTC', 'Pacific/Apia']) {
    const shown = writeMoment(instantOfLocalTime('2026-03-01T23:59', reader), {
      reader,
      beside: reader,
    })
    assert.equal(shown, `1 Mar 2026, 23:59 ${zoneName(reader)}`)
  }
})

test('a time that a change of clocks skips or repeats is one instant, and what is no time stays for the server', () => {
  assert.equal(instantOfLocalTime('2026-03-29T02:30', 'Europe/Berlin'), '2026-03-29T01:30:00.000Z')
  assert.equal(instantOfLocalTime('2026-10-25T02:30', 'Europe/Berlin'), '2026-10-25T00:30:00.000Z')
  assert.equal(instantOfLocalTime('2026-11-27T10:30', 'Mars/Base'), '2026-11-27T10:30:00.000Z')
  for (const text of ['2026-02-30T10:00', '275761-01-01T00:00', 'soon'])
    assert.equal(instantOfLocalTime(text, 'UTC'), text)
})
