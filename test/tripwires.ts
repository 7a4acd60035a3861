// Tells whether a program started a process: by its children, by a PATH full of canaries, and by what it loads first of all.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const PRELOAD = new URL('./process-alarm.ts', import.meta.url).href
const LOOK_MS = 10
/** What somebody would want a server to start. */
const CANARIES = [
  'sh',
  'bash',
  'dash',
  'env',
  'node',
  'npm',
  'npx',
  'python3',
  'perl',
  'git',
  'psql',
  'curl',
  'wget',
  'touch',
  'cat',
  'nc',
  'ssh',
  'systemctl',
  'sudo',
] as const

export interface Tripwires {
  /** Environment of the program that is watched. */
  readonly settings: Readonly<Record<string, string>>
  /** Calls of functions that start processes, and canaries that somebody started. */
  rung(): readonly string[]
}

/** @param folder of its own */
export function layTripwires(folder: string): Tripwires {
  const canaries = join(folder, 'canaries')
  const alarm = join(folder, 'alarm.txt')
  const song = join(folder, 'song.txt')
  mkdirSync(canaries)
  for (const name of CANARIES) {
    const path = join(canaries, name)
    writeFileSync(path, `#!/bin/sh\necho "canary ${name} $*" >> "${song}"\n`)
    chmodSync(path, 0o755)
  }
  return {
    settings: {
      PATH: canaries,
      NODE_OPTIONS: `--import=${PRELOAD}`,
      SEAWORTHY_TEST_ALARM_FILE: alarm,
    },
    rung() {
      const lines = readFileSync(alarm, 'utf8').trimEnd().split('\n')
      assert.ok(lines.includes('armed'), 'the alarm was loaded')
      const sung = existsSync(song) ? readFileSync(song, 'utf8').trimEnd().split('\n') : []
      return [...lines.filter((line) => line !== 'armed'), ...sung]
    },
  }
}

export interface ChildWatch {
  readonly looks: number
  /** Every child that was seen, by what it was started as. */
  end(): Promise<readonly string[]>
}

/** Looks all the time which children the threads of a process have. */
export function watchChildren(pid: number): ChildWatch {
  const seen = new Set<string>()
  const watch = { looks: 0, isOver: false }
  const look = async (): Promise<void> => {
    while (!watch.isOver) {
      for (const child of childrenOf(pid)) seen.add(`child ${nameOf(child)}`)
      watch.looks++
      await pause(LOOK_MS)
    }
  }
  const over = look()
  return {
    get looks() {
      return watch.looks
    },
    async end() {
      watch.isOver = true
      await over
      return Array.from(seen)
    },
  }
}

function childrenOf(pid: number): readonly string[] {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return []
  return readdirSync(tasks).flatMap((thread) =>
    readOrNothing(`/proc/${pid}/task/${thread}/children`)
      .split(' ')
      .filter((child) => child !== ''),
  )
}

function nameOf(pid: string): string {
  const [program = ''] = readOrNothing(`/proc/${pid}/cmdline`).split('\0')
  return program === '' ? pid : basename(program)
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}
