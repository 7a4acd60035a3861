// Two server processes on one PostgreSQL with one checkpoint guard, one of them killed while it signs; then an older database is put in place.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { clusterMissing, pgProgram, startCluster } from '../cluster.ts'
import { askServer, openDeployment, writeNotes } from '../deployment.ts'
import type { Deployment } from '../deployment.ts'
import { openWorkplace } from '../e2e/command-line.ts'
import { until } from '../jobs.ts'

interface Signed {
  readonly size: number
  readonly root: string
}

interface Signing {
  readonly signed: Signed[]
  readonly refused: string[]
  /** Resolves when the server is gone or the test says stop. */
  readonly ended: Promise<void>
}

/** Asks a server for checkpoints, one after the other, until it answers no more. */
function signAgain(url: string, key: string, over: AbortSignal): Signing {
  const [signed, refused] = [[] as Signed[], [] as string[]]
  const sign = async (): Promise<void> => {
    while (!over.aborted) {
      const answer = await askServer(url, key, '/v1/ledger/checkpoints', {}).catch(() => undefined)
      if (answer === undefined) return
      if (answer.status === 200 || answer.status === 201)
        signed.push((JSON.parse(answer.body) as { data: Signed }).data)
      else refused.push(answer.body)
    }
  }
  return { signed, refused, ended: sign() }
}

function assertOneRootEach(signed: readonly Signed[]): void {
  const roots = new Map<number, string>()
  for (const { size, root } of signed) {
    assert.equal(roots.get(size) ?? root, root, `two roots for size ${size}`)
    roots.set(size, root)
  }
}

function guardedSize(folder: string): number {
  const newest = readdirSync(folder)
    .filter((name) => name.startsWith('guard.'))
    .toSorted()
    .at(-1)!
  const rows = Object.values(
    JSON.parse(readFileSync(join(folder, newest), 'utf8')) as Record<
      string,
      { size?: number; tenant?: string }
    >,
  )
  return rows.find(({ tenant }) => tenant === 'local')?.size ?? 0
}

/** A copy of the database as it is now, beside it. @returns its address */
function copyDatabase(url: string): string {
  const older = new URL(url)
  older.pathname = '/older'
  const run = (program: string, args: readonly string[], input?: string): string => {
    const ran = spawnSync(pgProgram(program), args, {
      ...(input === undefined ? {} : { input }),
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    })
    assert.equal(ran.status, 0, ran.stderr)
    return ran.stdout
  }
  const dump = run('pg_dump', ['--dbname', url])
  run('psql', ['--dbname', url, '--command', 'create database older'])
  run('psql', ['--dbname', older.href, '--set', 'ON_ERROR_STOP=1', '--quiet', '--file', '-'], dump)
  return older.href
}

/** A third server, with the keys of the first, on another database and with the same guard. */
async function serveOn(
  t: TestContext,
  { place }: Deployment,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const own = openWorkplace(undefined, settings)
  t.after(() => own.remove())
  mkdirSync(own.dataFolder, { mode: 0o700 })
  assert.equal(spawnSync('cp', ['-a', join(place.dataFolder, 'keys'), own.dataFolder]).status, 0)
  const served = await own.serve()
  t.after(() => served.stop())
  return served.url
}

test(
  'two servers that sign at once never sign two roots for one size, also when one is killed, and neither goes on with an older database',
  { skip: clusterMissing ?? false },
  async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.remove())
    const shared = openWorkplace()
    t.after(() => shared.remove())
    const guard = join(shared.folder, 'guard')
    const settings = { SEAWORTHY_DATABASE_URL: cluster.url, SEAWORTHY_CHECKPOINT_GUARD: guard }
    const deployment = await openDeployment(t, settings)
    const { key, first } = deployment
    const second = await deployment.serve()
    const early = writeNotes([first.url], key, 1)
    await until(() => early.acknowledged.length >= 5, 'early notes')
    await early.end()
    const older = copyDatabase(cluster.url)

    const over = new AbortController()
    const load = writeNotes([first.url], key, 3)
    const [here, there] = [first, second].map(({ url }) => signAgain(url, key, over.signal))
    await until(() => Math.min(here!.signed.length, there!.signed.length) >= 20, 'checkpoints')
    await second.kill()
    await there!.ended
    const atKill = here!.signed.length
    await until(() => here!.signed.length >= atKill + 20, 'checkpoints after the kill')
    over.abort()
    await here!.ended
    await load.end()
    assert.deepEqual([...here!.refused, ...there!.refused, ...load.refused], [])
    const all = [...here!.signed, ...there!.signed]
    assertOneRootEach(all)
    const largest = Math.max(...all.map(({ size }) => size))
    assert.ok(guardedSize(guard) >= largest, `${guardedSize(guard)} < ${largest}`)

    const signedSize = guardedSize(guard)
    const url = await serveOn(t, deployment, { ...settings, SEAWORTHY_DATABASE_URL: older })
    const asks: readonly (readonly [string, object])[] = [
      ['/v1/ledger/checkpoints', {}],
      ['/v1/ledger/entries', { type: 'note.appended', subject: 'harbour', payload: {} }],
    ]
    for (const [path, body] of asks) {
      const answer = await askServer(url, key, path, body)
      // What the log does not take cannot be recorded either.
      assert.match(
        answer.body,
        /LEDGER_LOG_ROLLED_BACK|AUDIT_UNRECORDED/,
        `${path}: ${answer.status}`,
      )
    }
    assert.equal(guardedSize(guard), signedSize)
    assert.match((await askServer(url, key, '/v1/ledger/verify', {})).body, /"ok":false/)
    t.diagnostic(`${all.length} checkpoints of sizes up to ${largest}`)
  },
)
