// What may be asked for: no value may become an option that nobody confirms.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDispatchHouse } from '../../test/dispatch.ts'
import type { DispatchHouse } from '../../test/dispatch.ts'
import { SUBJECT } from '../../test/house.ts'
import { aCommand, aPlan } from '../../test/runner.ts'

const PLAN = {
  ...aPlan([
    aCommand('look', 'curl "$PLACE"', { parameters: ['PLACE'] }),
    aCommand('change', 'rm "$TARGET"', {
      effect: 'write-staging',
      provenRead: false,
      parameters: ['TARGET'],
    }),
  ]),
  service: SUBJECT.service,
  version: SUBJECT.version,
}
const WISH = { secrets: [], labels: [], resume: 'cut-off', repeat: false } as const

/** What comes of asking with these values. */
async function outcomeOf(
  { dispatch, tenantId }: DispatchHouse,
  planHash: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const wish = { ...WISH, planHash, parameters }
  return dispatch.ask({ id: 'anna', tenantId }, wish).then(
    ({ request }) => (request === null ? 'shown' : 'asked'),
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )
}

test('a value that could turn into an option is refused where the gate runs on the review alone', async () => {
  const house = await openDispatchHouse()
  const planHash = await house.review(PLAN)
  const place = 'https://pier.example'
  assert.match(
    await outcomeOf(house, planHash, { PLACE: '-K/etc/curlrc', TARGET: 'x' }),
    /^DISPATCH_PARAMETER_REFUSED: .*option of look, which nobody confirms; PLACE/,
  )
  // Whoever asks confirms the change, in the knowledge of what they ask for.
  assert.equal(await outcomeOf(house, planHash, { PLACE: place, TARGET: '-rf' }), 'shown')
})
