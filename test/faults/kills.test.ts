// kill -9 in the middle of runs and appends: the same command goes on, finished gates keep their evidence, no acknowledged entry is lost.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import test, { after } from 'node:test'
import { openWorkplace } from '../e2e/command-line.ts'
import type { CommandChild } from '../e2e/command-line.ts'
import { listWholeLog } from './log-reading.ts'
import type { Acknowledged } from './log-reading.ts'

interface Result {
  readonly gate: string
  readonly status: string
  readonly statement?: string
  readonly evidence: readonly { readonly name: string; readonly digest: string }[]
}

interface RunAnswer {
  readonly run: string
  readonly results: readonly Result[]
  readonly confirm: { readonly token: string }
  readonly unknown: readonly string[]
}

const ROUNDS = 3
const WRITERS = 4
const APPENDS_BEFORE_KILL = 8
const EVENT_TIMEOUT_MS = 60_000

const place = openWorkplace()
after(() => place.remove())

const gate = (title: string, script: string): string =>
  `- [ ] **${title}**\n  \`\`\`bash\n  ${script}\n  \`\`\`\n`

/** Four gates one after the other; the last two are slow, so that a kill finds them running. */
function writeChecklist(version: number): string {
  const gates = [
    gate('First', 'test -d .'),
    gate('Second', 'test -n "$(date +%F)"'),
    gate('Third', 'sleep 3\n  test -d .'),
    gate('Fourth', 'sleep 2\n  test -d .'),
  ]
  const head = `---\nservice: lugger\nversion: ${version}.0.0\n---\n# Lugger\n\n`
  return place.write(`lugger-${version}.md`, head + gates.join(''))
}

/** Resolves once the child has reported an event of that kind about that gate. */
async function seen(child: CommandChild, kind: string, title: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => reject(new Error(`expected ${kind} of ${title} in time`)),
    EVENT_TIMEOUT_MS,
  )
  let text = ''
  child.child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    const isThere = text
      .split('\n')
      .some((line) => line.includes(`"${kind}"`) && line.includes(title))
    if (isThere) resolve()
  })
  await promise.finally(() => clearTimeout(timer))
}

const kept = (result: Result | undefined): unknown => [
  result?.gate,
  result?.status,
  result?.statement,
  result?.evidence,
]

test('a run that was killed goes on where it was: finished gates keep statement and evidence', async () => {
  for (let round = 1; round <= ROUNDS; round++) {
    const words = ['run', writeChecklist(round), '--parallel', '1', '--json']
    const cut = place.start(words)
    await seen(
      cut,
      round === 3 ? 'gate-finished' : 'gate-started',
      round === 1 ? 'second' : 'third',
    )
    if (round === 2) await pause(500)
    cut.child.kill('SIGKILL')
    assert.equal((await cut.ended).signal, 'SIGKILL')
    const { data: before } = await place.ask<RunAnswer & { runId: string }>([
      'status',
      `lugger@${round}.0.0`,
    ])
    const finished = before.results.filter(({ statement }) => statement !== undefined)
    assert.ok(
      finished.length >= 1 && finished.length < 4,
      `round ${round}: ${finished.length} were finished`,
    )
    const again = await place.ask<RunAnswer>(words.slice(0, -1))
    assert.equal(again.exit, 0, again.stderr)
    assert.equal(again.data.run, before.runId, 'the same run goes on')
    assert.deepEqual(
      again.data.results.map(({ status }) => status),
      ['PASS', 'PASS', 'PASS', 'PASS'],
    )
    for (const result of finished) {
      assert.deepEqual(
        kept(again.data.results.find((other) => other.gate === result.gate)),
        kept(result),
      )
    }
    const verified = await place.ask<{ ok: boolean }>(['ledger', 'verify'])
    assert.deepEqual([verified.exit, verified.data.ok], [0, true])
  }
})

test('a change that was killed is not made again until a person says so', async () => {
  const script = 'echo once >> changes.txt\n  sleep 4\n  test -s changes.txt'
  const file = place.write('dredger/dredger.md', `# Dredger 1.0.0\n\n${gate('Dredge', script)}`)
  const preview = await place.ask<RunAnswer>(['run', file])
  const words = ['run', file, '--confirm', preview.data.confirm.token]
  const changes = join(place.folder, 'dredger', 'changes.txt')
  const cut = place.start([...words, '--json'])
  while (!existsSync(changes)) await pause(100)
  cut.child.kill('SIGKILL')
  await cut.ended
  const replayed = await place.refusal(words)
  assert.deepEqual([replayed.exit, replayed.code], [7, 'ACTION_TOKEN_USED'])
  const again = ['run', file, '--resume']
  for (const time of ['first', 'second']) {
    const { exit, data } = await place.ask<RunAnswer>(again)
    assert.deepEqual([time, exit, data.unknown], [time, 30, ['dredge']])
  }
  assert.equal(readFileSync(changes, 'utf8'), 'once\n')
  const told = await place.shell(again)
  assert.match(told.stdout, /may have changed something: dredge\n.*--repeat/)
  const repeated = await place.ask<RunAnswer>([...again, '--repeat'])
  assert.deepEqual([repeated.exit, repeated.data.results[0]?.status], [0, 'PASS'])
  assert.equal(readFileSync(changes, 'utf8'), 'once\nonce\n')
})

test('whatever was acknowledged before a server was killed is listed and verifies afterwards', async () => {
  const acknowledged: Acknowledged[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const child = place.start(['serve', '--port', '0'])
    const url = await urlOf(child)
    const key = readKey()
    const enough = acknowledged.length + APPENDS_BEFORE_KILL * round
    // Killed by the answer of one writer while the others wait for theirs.
    const onAnswer = (answer: Acknowledged): void => {
      acknowledged.push(answer)
      if (acknowledged.length === enough) child.child.kill('SIGKILL')
    }
    await Promise.all(Array.from({ length: WRITERS }, () => appendUntilCut(url, key, onAnswer)))
    assert.equal((await child.ended).signal, 'SIGKILL')
  }
  assert.ok(acknowledged.length >= APPENDS_BEFORE_KILL * ROUNDS)
  const log = await listWholeLog(place)
  for (const { seq, leafHash } of acknowledged) assert.equal(log.get(seq), leafHash, `entry ${seq}`)
  const verified = await place.ask<{ ok: boolean; size: number }>(['ledger', 'verify'])
  assert.deepEqual([verified.exit, verified.data.ok, verified.data.size], [0, true, log.size])
})

test('a server that is told to end under load answers every entry it takes, and ends by itself', async () => {
  assert.equal((await place.shell(['ledger', 'append', 'there before the server'])).exit, 0)
  const sizeBefore = (await listWholeLog(place)).size
  const acknowledged: Acknowledged[] = []
  const child = place.start(['serve', '--port', '0'])
  const url = await urlOf(child)
  const key = readKey()
  const onAnswer = (answer: Acknowledged): void => {
    acknowledged.push(answer)
    if (acknowledged.length === APPENDS_BEFORE_KILL) child.child.kill('SIGTERM')
  }
  await Promise.all(Array.from({ length: WRITERS }, () => appendUntilCut(url, key, onAnswer)))
  const end = await child.ended
  assert.deepEqual([end.exit, end.signal], [0, null], end.stderr)
  const log = await listWholeLog(place)
  for (const { seq, leafHash } of acknowledged) assert.equal(log.get(seq), leafHash, `entry ${seq}`)
  // Each note has its entry in the audit log.
  const added = log.size - sizeBefore
  assert.equal(added, 2 * acknowledged.length, 'nothing was taken without an answer')
})

test('an append command that is killed at any moment leaves a log that verifies, and what it told is there', async () => {
  const told: Acknowledged[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const cut = place.start(['ledger', 'append', `round ${round}`, '--json'])
    await pause(300 + round * 500)
    cut.child.kill('SIGKILL')
    const { stdout } = await cut.ended
    if (stdout.endsWith('\n')) {
      const answer: { data: Acknowledged } = JSON.parse(stdout)
      told.push(answer.data)
    }
  }
  const log = await listWholeLog(place)
  for (const { seq, leafHash } of told) assert.equal(log.get(seq), leafHash)
  const verified = await place.ask<{ ok: boolean }>(['ledger', 'verify'])
  assert.deepEqual([verified.exit, verified.data.ok], [0, true])
})

test('a second process on the folder is refused with the folder’s name, and no server that died there is asked', async () => {
  const dead = place.start(['--version'])
  await dead.ended
  mkdirSync(place.dataFolder, { recursive: true })
  const note = join(place.dataFolder, 'server.json')
  const stale = JSON.stringify({ url: 'http://127.0.0.1:9', pid: dead.child.pid })
  writeFileSync(note, stale)
  const first = place.start(['run', writeChecklist(9), '--parallel', '1', '--json'])
  await seen(first, 'gate-started', 'third')
  assert.ok(!existsSync(note), 'whoever holds the folder clears up after a dead server')
  for (const left of [undefined, stale]) {
    if (left !== undefined) writeFileSync(note, left)
    const refused = await place.refusal(['ledger', 'list'])
    assert.deepEqual([refused.exit, refused.code], [7, 'PLATFORM_FOLDER_LOCKED'])
    assert.ok(refused.message.includes(place.dataFolder), refused.message)
  }
  const { exit } = await first.ended
  assert.equal(exit, 0, 'the first one is not disturbed')
})

/** Appends until the connection breaks, and remembers only what was answered. */
async function appendUntilCut(
  url: string,
  key: string,
  onAnswer: (answer: Acknowledged) => void,
): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  for (;;) {
    const body = JSON.stringify({
      type: 'note.appended',
      subject: 'kill',
      payload: { text: 'afloat' },
    })
    try {
      const answer = await fetch(`${url}/v1/ledger/entries`, { method: 'POST', headers, body })
      const { data }: { data: Acknowledged } = (await answer.json()) as { data: Acknowledged }
      assert.equal(answer.status, 201)
      onAnswer(data)
    } catch (error) {
      // The connection broke: what was not answered was not acknowledged.
      if (error instanceof TypeError) return
      throw error
    }
  }
}

async function urlOf({ child, ended }: CommandChild): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    const url = /Serving on (http:\S+)/.exec(text)?.[1]
    if (url !== undefined) resolve(url)
  })
  ended.then(() => reject(new Error(`expected a server, got: ${text}`)), reject)
  return promise
}

function readKey(): string {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return Buffer.from(secret, 'base64').toString('base64url')
}
