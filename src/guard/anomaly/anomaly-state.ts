// Writes down what was learned about tenants, and reads it again after a restart; one line of JSON each.
import type { AnomalyMode } from './anomaly-event.ts'
import type { RestoreCount } from './anomaly-model.ts'
import { leastAt, newRow, ROW, ROW_LENGTH, RUN_S, SEASON_COUNT } from './row.ts'
import type { Row } from './row.ts'
import type { TenantTable } from './tenant-table.ts'

/** Begins the first line; a change of the row's places must change it. */
const FORMAT = 'seaworthy-anomaly-1'
/** Longest line that is read, in UTF-16 units. */
const LINE_LIMIT = 16_384

interface Place {
  readonly nowSecond: number
  readonly nowEpochMs: number
}

export function* saveTenants(
  table: TenantTable,
  modes: ReadonlyMap<string, AnomalyMode>,
  { nowSecond, nowEpochMs }: Place,
): Generator<string> {
  yield JSON.stringify({ format: FORMAT })
  for (const [tenant, mode] of modes) yield JSON.stringify({ tenant, mode })
  for (const watched of table.all()) {
    if (watched.row === undefined) continue
    yield JSON.stringify({
      tenant: watched.tenant,
      seenEpochMs: nowEpochMs - (nowSecond - watched.second) * 1_000,
      activeCount: table.activeCount(watched),
      row: textOf(watched.row),
    })
  }
}

export function restoreTenants(
  lines: Iterable<string>,
  table: TenantTable,
  modes: Map<string, AnomalyMode>,
  place: Place & { readonly modeLimit: number },
): RestoreCount {
  let [restoredCount, refusedCount] = [0, 0]
  let isFormatKnown = false
  for (const line of lines) {
    if (line.trim() === '') continue
    const fields = fieldsOf(line)
    if (!isFormatKnown) {
      // Another version's places mean something else: nothing of it is read.
      if (fields?.['format'] !== FORMAT) return { restoredCount, refusedCount: refusedCount + 1 }
      isFormatKnown = true
    } else if (fields !== undefined && restoreOne(fields, table, modes, place)) restoredCount++
    else refusedCount++
  }
  return { restoredCount, refusedCount }
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  if (line.length > LINE_LIMIT) return undefined
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null
      ? (parsed as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function restoreOne(
  fields: Readonly<Record<string, unknown>>,
  table: TenantTable,
  modes: Map<string, AnomalyMode>,
  { nowSecond, nowEpochMs, modeLimit }: Place & { readonly modeLimit: number },
): boolean {
  const { tenant, mode, seenEpochMs, activeCount } = fields
  if (typeof tenant !== 'string') return false
  if (mode === 'enforce' || mode === 'learn' || mode === 'off') {
    if (modes.size >= modeLimit) return false
    modes.set(tenant, mode)
    return true
  }
  const row = rowOf(fields['row'])
  if (row === undefined || !isCount(seenEpochMs) || !isCount(activeCount)) return false
  if (table.find(tenant) !== undefined) return false
  // A clock that was set back since makes nobody a visitor from the future.
  const idleS = Math.max(0, Math.floor((nowEpochMs - seenEpochMs) / 1_000))
  const watched = table.add(tenant, nowSecond)
  if (watched === undefined) return false
  watched.row = row
  table.setActivity(watched, nowSecond - idleS, activeCount)
  return true
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER
}

function textOf(row: Row): string {
  return btoa(String.fromCharCode(...new Uint8Array(row.buffer, row.byteOffset, row.byteLength)))
}

/** Undefined for anything that no guard can have written. */
function rowOf(text: unknown): Row | undefined {
  if (typeof text !== 'string') return undefined
  let bytes: Uint8Array
  try {
    bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
  if (bytes.length !== ROW_LENGTH * Float32Array.BYTES_PER_ELEMENT) return undefined
  const row = newRow()
  row.set(new Float32Array(bytes.buffer))
  const isSound = row.every((value, place) => value >= leastAt(place) && value < Infinity)
  if (!isSound || row[ROW.step]! < 1 || row[ROW.quarter]! >= SEASON_COUNT) return undefined
  // What was going on then is not what is going on now.
  for (const place of [ROW.abnormal, ROW.pace, ROW.flow, ROW.calm, ROW.held]) row[place] = 0
  row.fill(0, ROW.recent, ROW.recent + RUN_S)
  return row
}
