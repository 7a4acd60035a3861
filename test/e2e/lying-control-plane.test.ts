// A control plane that lies to a runner which waits: each lie is refused with a code, no process starts for it, and the key goes nowhere else.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { linesIn, untilTrue } from '../asked-runs.ts'
import { LIES, redirect } from '../lies.ts'
import { openLyingPlane } from '../lying-control-plane.ts'
import type { LyingPlane, Offered } from '../lying-control-plane.ts'
import { openWorkplace } from './command-line.ts'
import type { CommandChild } from './command-line.ts'

const KEY = 'seaworthy-key-of-a-developer'
const PRELOAD = new URL('../process-alarm.ts', import.meta.url).href

const place = openWorkplace()
after(() => place.remove())
const marker = join(place.folder, 'marker.txt')
const alarm = join(place.folder, 'alarm.txt')
const outside = join(place.folder, 'outside')

/** Whoever is led here is shown no key. */
const decoy = createServer((request, response) => {
  ledTo.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`)
  response.end('{"data":[]}')
})
const ledTo: string[] = []
decoy.listen(0, '127.0.0.1')
await once(decoy, 'listening')
after(() => decoy.close())
const elsewhere = `http://localhost:${(decoy.address() as AddressInfo).port}`

function startRunner(url: string, ...words: readonly string[]): CommandChild {
  const settings = {
    SEAWORTHY_URL: url,
    SEAWORTHY_KEY: KEY,
    NODE_OPTIONS: `--import=${PRELOAD}`,
    SEAWORTHY_TEST_ALARM_FILE: alarm,
  }
  const machine = openWorkplace(place.dataFolder, settings)
  after(() => machine.remove())
  return machine.start(words)
}

function looksAt({ asked }: LyingPlane): number {
  return asked.filter((name) => name.endsWith('/offers')).length
}

function declinedIn(said: string): number {
  return said.split('RUNNER_REQUEST_DECLINED').length - 1
}

/** Waits on the plane until every lie was told and the look after the last one has come. */
async function waitOn(plane: LyingPlane, looks: number): Promise<string> {
  const words = ['runner', 'start', '--environment', 'staging', '--service', 'tide']
  const runner = startRunner(plane.url, ...words, '--runner', 'ci', '--reviewer', plane.rita.id)
  const isOver = (): boolean => runner.child.exitCode !== null || looksAt(plane) > looks
  await untilTrue('every lie was told', isOver)
  runner.child.kill('SIGTERM')
  const { stderr, exit } = await runner.ended
  assert.equal(exit, 0, stderr)
  return stderr
}

test('each lie of a control plane is refused with its code, starts no process and shows the key to nobody', async () => {
  mkdirSync(outside)
  const plane = await openLyingPlane(
    { marker, elsewhere },
    LIES.map(({ tell }) => tell),
  )
  after(() => plane.close())
  assert.equal((await startRunner(plane.url, 'runner', 'enrol', 'ci').ended).exit, 0)
  const said = await waitOn(plane, LIES.length)
  const told = said.split('\n').filter((line) => /\b[A-Z]+_[A-Z_]+: /.test(line))
  assert.deepEqual(
    told.map((line, at) => LIES[at]?.refusal.test(line) === true || line),
    LIES.map(() => true),
    said,
  )
  assert.deepEqual(linesIn(marker), [])
  assert.deepEqual(readdirSync(outside), [])
  assert.deepEqual(
    linesIn(alarm).filter((line) => line !== 'armed'),
    [],
  )
  assert.ok(linesIn(alarm).length > 0, 'the alarm was loaded')
  assert.deepEqual(ledTo, [])
})

test('what the runner was started for it executes once, in whatever process it is offered again, and uploads it nowhere else', async () => {
  let first: Offered | undefined
  const again = (offered: Offered): void => {
    if (first === undefined) first = offered
    else Object.assign(offered, { ...first, answers: offered.answers })
  }
  const leadAway = ({ answers }: Offered): void =>
    void answers.set('PUT /v1/evidence', redirect(elsewhere, 307))
  let isSecond = false
  const late = (offered: Offered): void => {
    if (isSecond) again(offered)
    else Object.assign(offered, { offers: [] })
  }
  const lies = [again, again, leadAway, ...Array.from({ length: 100 }, () => late)]
  const plane = await openLyingPlane({ marker, elsewhere }, lies)
  after(() => plane.close())
  assert.equal((await startRunner(plane.url, 'runner', 'enrol', 'ci').ended).exit, 0)
  const before = await waitOn(plane, 3)
  isSecond = true
  const said = before + (await waitOn(plane, looksAt(plane) + 1))
  // Once for the request that came three times, and once for the one whose evidence was led away.
  assert.equal(linesIn(marker).length, 2, said)
  const { requestId = '' } = first ?? {}
  const refused = said.split('\n').filter((line) => line.includes('RUNNER_REQUEST_DECLINED'))
  assert.deepEqual(
    refused.map((line) => line.includes(requestId) && /has executed the request before/.test(line)),
    refused.map(() => true),
    said,
  )
  assert.ok(refused.length >= 2 && refused.length > declinedIn(before), said)
  assert.match(said, /CLIENT_ANSWER_FOREIGN: .*status 307/)
  assert.deepEqual(ledTo, [])
  const uploads = plane.asked.filter((name) => name.startsWith('PUT /v1/evidence/'))
  assert.ok(uploads.length >= 2, 'what it found was sent')
  // The alarm can ring.
  assert.ok(linesIn(alarm).some((line) => line !== 'armed'))
})
