// The page of runners in a real Chromium: a machine is enrolled from the board, waits, is seen, and is ended.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { untilTrue } from '../asked-runs.ts'
import { fillIn, pressOn } from '../board-hands.ts'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
let served: ServedFolder

before(async () => {
  served = await place.serve()
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => served.url, use)

test(
  'a machine is enrolled with what the board shows once, waits, is seen there, and is ended with a reason',
  browse(async (reader) => {
    const key = operatorKeyOf(place.dataFolder)
    await reader.open(`/runners#key=${key}`)
    await reader.shows('No runner is enrolled')
    await reader.shows('Nothing is asked for now')
    await reader.inspect('runners-none')
    await fillIn(reader, 'runner', 'quay')
    await pressOn(reader, 'Make its API key')
    await reader.shows('It is shown now and never again')
    await reader.inspect('runners-key')
    const text = String(
      await reader.tab.evaluate(`document.querySelector('.state .command code').innerText`),
    )
    const machine = openWorkplace(undefined, { SEAWORTHY_URL: served.url, SEAWORTHY_KEY: text })
    try {
      const refused = await machine.refusal(['runner', 'enrol', 'quay'])
      assert.equal(refused.code, 'IDENTITY_REGISTRATION_REFUSED')
      await pressOn(reader, 'I have it')
      assert.equal(
        await reader.tab.evaluate(`document.body.textContent.includes(${JSON.stringify(text)})`),
        false,
      )
      await fillIn(reader, 'public-key', refused.message)
      await pressOn(reader, 'Enrol quay')
      await reader.shows('quay is enrolled as runner-')
      await reader.shows('Enrolled, does not wait')
      const words = ['runner', 'start', '--environment', 'staging', '--runner', 'quay', '--json']
      const waiting = machine.start(words)
      await reader.shows('any service in staging')
      await reader.inspect('runners-waiting')
      await pressOn(reader, 'Revoke … quay')
      await reader.shows('quay would be over, for ever')
      await reader.inspect('runners-revoke')
      await fillIn(reader, 'reason', 'the quay was sold')
      await pressOn(reader, 'Revoke it for ever')
      await reader.shows('Revoked')
      waiting.child.kill('SIGTERM')
      await waiting.ended
    } finally {
      machine.remove()
    }
  }),
)

test(
  'a key that only reads sees the runners and is refused with words when it enrols or ends one',
  browse(async (reader) => {
    await untilTrue('the runner of the test before', async () => {
      const listed = await place.ask<readonly unknown[]>(['runner', 'list'])
      return listed.data.length === 1
    })
    await reader.open(`/runners#key=${viewKeyOf(place.dataFolder)}`)
    await reader.shows('quay')
    await fillIn(reader, 'runner', 'other')
    await pressOn(reader, 'Make its API key')
    await reader.shows('Your key may not do this')
    await reader.inspect('runners-refused')
  }),
)
