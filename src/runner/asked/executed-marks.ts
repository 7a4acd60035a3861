// Marks of requests that this data folder has executed: each is executed once, and a mark goes only when its request is refused for its age.
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Older than the longest that a request waits (24 h), with an hour for clocks that differ. */
export const REQUEST_AGE_LIMIT_MS = 25 * 60 * 60 * 1000
/** How far the clock of the control plane may be ahead of this one. */
export const AHEAD_LIMIT_MS = 60 * 60 * 1000
/** A mark is kept at least this much longer than its request could be executed. */
export const MARK_MARGIN_MS = 7 * 24 * 60 * 60 * 1000

const V7_ID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const FLOOR = /^before-(\d{1,15})$/

/**
 * Why a request of this id is not executed, whatever the control plane says of its age; undefined when it may be. The time is
 * part of the id, so that the same request cannot come again as a younger one.
 */
export async function ageObjection(
  folder: string,
  requestId: string,
  nowMs: number,
): Promise<string | undefined> {
  const madeMs = timeOfId(requestId)
  if (madeMs === undefined) return 'the id of the request does not say when it was made'
  if (madeMs > nowMs + AHEAD_LIMIT_MS)
    return 'by the clock of this machine the request is of the future'
  if (madeMs < nowMs - REQUEST_AGE_LIMIT_MS)
    return 'by the clock of this machine the request is older than a request can be'
  const floorMs = floorOf(await namesIn(folder))
  if (madeMs >= floorMs) return undefined
  return `marks of requests before ${new Date(floorMs).toISOString()} are gone, so that this one may have been executed`
}

/** Marks the request, and takes away marks that nothing needs any more. @returns why it is not executed; undefined when it is */
export async function markExecuted(
  folder: string,
  requestId: string,
  nowMs: number,
): Promise<string | undefined> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined) await syncFolder(dirname(made))
  // Of two processes of one runner that are offered the same one makes the file.
  if (!(await makeFile(join(folder, requestId))))
    return 'this runner has executed the request before'
  await pruneMarks(folder, nowMs)
  // Asked after the mark is there: another process may have taken marks away meanwhile.
  return ageObjection(folder, requestId, nowMs)
}

/**
 * What goes is refused for ever: the floor below which nothing is executed is on the disk before the first mark goes. A clock that
 * ran ahead takes nothing away by itself, since the youngest request has to agree with it.
 */
async function pruneMarks(folder: string, nowMs: number): Promise<void> {
  const names = await namesIn(folder)
  const marks = names.flatMap((name) => {
    const madeMs = timeOfId(name)
    return madeMs === undefined ? [] : [{ name, madeMs }]
  })
  const youngestMs = marks.reduce((most, { madeMs }) => Math.max(most, madeMs), 0)
  const floorMs = Math.min(nowMs, youngestMs) - REQUEST_AGE_LIMIT_MS - MARK_MARGIN_MS
  const over = marks.filter(({ madeMs }) => madeMs < floorMs)
  if (over.length === 0) return
  await makeFile(join(folder, `before-${floorMs}`))
  for (const { name } of over) await rm(join(folder, name), { force: true })
  // Only lower floors go: the highest of all processes stays.
  for (const name of names)
    if (floorIn(name) < floorMs && FLOOR.test(name)) await rm(join(folder, name), { force: true })
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    if (isOfCode(thrown, 'ENOENT')) return []
    throw thrown
  }
}

function floorOf(names: readonly string[]): number {
  return names.reduce((highest, name) => Math.max(highest, floorIn(name)), 0)
}

function floorIn(name: string): number {
  return Number(FLOOR.exec(name)?.[1] ?? 0)
}

/** Milliseconds since 1970 in a UUID of version 7 (RFC 9562). */
function timeOfId(id: string): number | undefined {
  const [, high, low] = V7_ID.exec(id) ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}

/** Durable, empty. @returns false when it is there already */
async function makeFile(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.sync()
    await file.close()
    await syncFolder(dirname(path))
    return true
  } catch (thrown) {
    if (isOfCode(thrown, 'EEXIST')) return false
    throw thrown
  }
}

/** A new name is on the disk when its folder is. Windows opens no folder, and needs none to be. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isOfCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
