// PostgreSQL clusters of a test's own: made, restarted, stopped and followed by a replica, by the programs that Debian installs.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const COMMAND_TIMEOUT_MS = 3 * 60_000
/** `initdb` refuses root; Debian makes this user with the package. */
const CLUSTER_USER = 'postgres'

const programs = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1)
const isRoot = process.getuid?.() === 0

/** Why a test that needs a cluster cannot run here; undefined when it can. */
export const clusterMissing: string | undefined =
  process.env['SEAWORTHY_HIDE_SERVICES'] === '1'
    ? 'services are hidden'
    : programs === undefined || !existsSync(join(programs, 'initdb'))
      ? 'no PostgreSQL programs in /usr/lib/postgresql'
      : isRoot && spawnSync('id', [CLUSTER_USER]).status !== 0
        ? `there is no user ${CLUSTER_USER}`
        : undefined

/** Where a program of PostgreSQL lies. */
export function pgProgram(name: string): string {
  return join(programs ?? '', name)
}

export interface OwnCluster {
  readonly url: string
  /** `fast` lets no transaction end, `immediate` is as a crash. */
  restart(mode: 'fast' | 'immediate'): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  /** Follows this one, `delayMs` behind. */
  replica(delayMs: number): Promise<OwnCluster>
  remove(): Promise<void>
}

export async function startCluster(): Promise<OwnCluster> {
  const folder = ownFolder()
  await run('initdb', [
    '--auth=trust',
    '--username=postgres',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '-D',
    folder,
  ])
  return openCluster(folder, await freePort(), [])
}

async function openCluster(
  folder: string,
  port: number,
  settings: readonly string[],
): Promise<OwnCluster> {
  const options = [
    `-p ${port}`,
    `-k ${folder}`,
    '-c listen_addresses=127.0.0.1',
    // Its data goes away with the test; what is asked is who loses what when processes end, not when power does.
    '-c fsync=off',
    '-c wal_level=replica',
    '-c max_wal_senders=4',
    ...settings,
  ].join(' ')
  const control = (words: readonly string[]): Promise<void> =>
    run('pg_ctl', ['-D', folder, '-w', '-t', '120', '-l', join(folder, 'server.log'), ...words])
  const replicas: OwnCluster[] = []
  const cluster: OwnCluster = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start: () => control(['-o', options, 'start']),
    stop: () => control(['-m', 'fast', 'stop']),
    restart: (mode) => control(['-m', mode, '-o', options, 'restart']),
    async replica(delayMs) {
      const copy = ownFolder()
      await run('pg_basebackup', [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'postgres',
        '-R',
        '-c',
        'fast',
        '-D',
        copy,
      ])
      const settings = ['-c hot_standby=on', `-c recovery_min_apply_delay=${delayMs}`]
      const replica = await openCluster(copy, await freePort(), settings)
      replicas.push(replica)
      return replica
    },
    async remove() {
      for (const replica of replicas) await replica.remove()
      // It may be stopped already.
      await start('pg_ctl', ['-D', folder, '-m', 'immediate', '-w', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await cluster.start()
  return cluster
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-cluster-'))
  chmodSync(folder, 0o700)
  if (isRoot) spawnSync('chown', [CLUSTER_USER, folder])
  return folder
}

/** @returns how it ended; under load in the meantime, so nothing here may block this process */
function start(program: string, args: readonly string[]): Promise<string> {
  const file = pgProgram(program)
  const asUser = [`--reuid=${CLUSTER_USER}`, `--regid=${CLUSTER_USER}`, '--init-groups', file]
  const [command, words] = isRoot ? ['setpriv', [...asUser, ...args]] : [file, [...args]]
  // The server that is started must not hold the pipes of this process open.
  const child = spawn(command, words, { stdio: 'ignore', cwd: '/', timeout: COMMAND_TIMEOUT_MS })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(String(code ?? signal)))
  })
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const ended = await start(program, args)
  if (ended !== '0') throw new Error(`expected ${program} to end well, got ${ended}`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
