// Servers of one deployment as processes of their own, and what the system says of them: memory and processor time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../bin/seaworthy.js', import.meta.url))
/** Of `/proc`, whatever the system really counts in. */
const TICKS_PER_SECOND = 100
const KIB_PER_MIB = 1_024

export interface Served {
  readonly url: URL
  readonly pid: number
  readonly ended: Promise<unknown>
}

export interface ServeTerms {
  readonly databaseUrl: string
  readonly redisUrl: string
  /** Folder for a profile of the process; none is taken without it. */
  readonly profiles: string | undefined
}

export async function serve(
  data: string,
  { databaseUrl, redisUrl, profiles }: ServeTerms,
): Promise<Served> {
  const flags = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
  const words = [...flags, PROGRAM, 'serve', '--port', '0', '--log', 'json']
  const child = spawn(process.execPath, words, {
    env: {
      PATH: process.env['PATH'],
      HOME: data,
      SEAWORTHY_DATA: data,
      SEAWORTHY_DATABASE_URL: databaseUrl,
      SEAWORTHY_REDIS_URL: redisUrl,
      // All connections of the bench are of one tenant.
      SEAWORTHY_SOCKETS_PER_TENANT: '12000',
    },
    cwd: data,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  const { promise, resolve } = Promise.withResolvers<URL>()
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString('utf8')
    const url = /Serving on (http:\S+)/.exec(told)?.[1]
    if (url !== undefined) resolve(new URL(url))
  })
  const failed = ended.then(() => {
    throw new Error(`the server ended: ${told}`)
  })
  return { url: await Promise.race([promise, failed]), pid: child.pid!, ended }
}

export async function stop({ pid, ended }: Served): Promise<void> {
  process.kill(pid, 'SIGTERM')
  await ended
}

/** MiB that the system has given the process. */
export function residentOf({ pid }: Served): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / KIB_PER_MIB
}

/** Seconds of processor time. */
export function busyOf({ pid }: Served): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
