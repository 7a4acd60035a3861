// Finds the processes that a command left behind, also those that left its process group.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { errorCodeOf } from './files.ts'

/** The variable whose value tells the processes of one run from all others. */
export const MARK_VARIABLE = 'SEAWORTHY_SPAWN'

export interface Family {
  /** The process started first; also its process group and session. */
  readonly leader: number
  /** The value of MARK_VARIABLE. */
  readonly mark: string
  /** `device:inode` of the pipes it was given. */
  readonly inodes: ReadonlySet<string>
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
  for (const pid of candidatePids(family.leader)) {
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

/** Pids are given out in ascending order, so without a wrap only later ones can belong to the family. */
function candidatePids(leader: number): number[] {
  const newest = Number(readText('/proc/loadavg')?.trim().split(' ').at(-1) ?? 0)
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const hasWrapped = newest < leader
  return all.filter((pid) => pid !== leader && pid !== process.pid && (hasWrapped || pid > leader))
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
