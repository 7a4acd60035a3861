// Finds the processes that a command left behind, also those that left its process group.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { errorCodeOf } from './files.ts'

/** So long after its start a command's family is looked for among later pids only; see candidatePids. */
const LATER_PIDS_LIMIT_MS = 2_000
/** Pids looked at one by one before the whole list of processes is read. */
const PROBE_LIMIT = 64

/** The variable whose value tells the processes of one run from all others. */
export const MARK_VARIABLE = 'SEAWORTHY_SPAWN'

export interface Family {
  /** The process started first; also its process group and session. */
  readonly leader: number
  /** The value of MARK_VARIABLE. */
  readonly mark: string
  /** `device:inode` of the pipes it was given. */
  readonly inodes: ReadonlySet<string>
  /** When the leader was started, by `performance.now()`. */
  readonly startedAtMs: number
}

interface ProcessRow {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
}

/**
 * Living members of the family other than its leader, by four signs: the process group or session, the
 * mark in the environment, a pipe still held, a parent in the family. Only Linux shows these; elsewhere
 * the answer is empty and killing the group has to do.
 * What cleared its environment, closed its pipes, opened a session and lost its parent is not found.
 */
export function findStrays(family: Family): number[] {
  if (process.platform !== 'linux') return []
  const rows: ProcessRow[] = []
  for (const pid of candidatePids(family)) {
    const row = readRow(pid)
    if (row !== undefined) rows.push(row)
  }
  const found = new Set(rows.filter((row) => isMember(row, family)).map((row) => row.pid))
  // Children may come before their parents in the list; each round adds one or is the last.
  for (let grew = found.size > 0; grew;) {
    grew = false
    for (const row of rows) {
      if (found.has(row.pid) || !(found.has(row.parent) || row.parent === family.leader)) continue
      found.add(row.pid)
      grew = true
    }
  }
  return [...found]
}

/**
 * Pids are given out in ascending order, so until they wrap around only later ones can belong to the family.
 * A turn through all 32,768 takes longer than the limit; the last pid given out shows one that is under way.
 */
function candidatePids(family: Family): number[] {
  const { leader } = family
  const newest = Number(readText('/proc/loadavg')?.trim().split(' ').at(-1) ?? 0)
  const isRecent = performance.now() - family.startedAtMs < LATER_PIDS_LIMIT_MS
  const hasLaterOnly = isRecent && newest >= leader
  if (hasLaterOnly && isEmptyRange(leader, newest)) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== leader && pid !== process.pid && (!hasLaterOnly || pid > leader))
}

/** Threads show here too, though not in the list; so a hit says only that the list must be read. */
function isEmptyRange(leader: number, newest: number): boolean {
  if (newest - leader > PROBE_LIMIT) return false
  for (let pid = leader + 1; pid <= newest; pid++) if (existsSync(`/proc/${pid}`)) return false
  return true
}

/** Undefined for a process that is gone or a zombie. Fields: proc(5), after the name in parentheses. */
function readRow(pid: number): ProcessRow | undefined {
  const text = readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  const [state = '', parent, group, session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (state === 'Z' || state === 'X') return undefined
  return { pid, parent: Number(parent), group: Number(group), session: Number(session) }
}

function isMember(row: ProcessRow, family: Family): boolean {
  if (row.group === family.leader || row.session === family.leader) return true
  const environment = readText(`/proc/${row.pid}/environ`)
  if (environment?.split('\0').includes(`${MARK_VARIABLE}=${family.mark}`) === true) return true
  return holdsPipe(row.pid, family.inodes)
}

function holdsPipe(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => {
      const file = statSync(`/proc/${pid}/fd/${name}`, { throwIfNoEntry: false })
      return file !== undefined && inodes.has(`${file.dev}:${file.ino}`)
    })
  } catch (error) {
    refuseUnlessGone(error)
    return false
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    refuseUnlessGone(error)
    return undefined
  }
}

/** Processes end while they are looked at, and those of other users do not let themselves be read. */
function refuseUnlessGone(error: unknown): void {
  const code = errorCodeOf(error)
  if (code === undefined || !['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) throw error
}
