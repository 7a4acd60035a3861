// The list of waiting runners in pages: each once while others come and are heard of, and nobody learns the id of a seat.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDispatchHouse } from '../../test/dispatch.ts'

test('waiting runners are listed in pages, each once while more come and older ones are heard of, under names that are no ids', async () => {
  const house = await openDispatchHouse()
  const { tenantId, dispatch } = house
  const runner = await house.person('ci', [], 'runner')
  const seats: string[] = []
  // Two of each millisecond: the instant alone does not tell them apart.
  const open = async (): Promise<void> => {
    if (seats.length % 2 === 0) house.clock.advance(1)
    seats.push(await house.seat(runner))
  }
  for (let count = 0; count < 8; count++) await open()
  const known = [...seats]
  const seen: string[] = []
  const positions: string[] = []
  for (let after: string | undefined; ;) {
    const page = await dispatch.listSeats(tenantId, { limit: 3, after })
    seen.push(...page.map(({ seatId }) => seatId))
    positions.push(...page.map(({ position }) => position))
    if (page.length < 3) break
    after = page.at(-1)!.position
    await open()
    house.clock.advance(20_000)
    for (const seat of known) await dispatch.offer(tenantId, seat)
  }
  assert.deepEqual(seen.toSorted(), known.toSorted())
  for (const seat of seats) assert.ok(!positions.join().includes(seat), 'a position names a seat')
})
