// Asks a PostgreSQL database one question in a read-only transaction and keeps the rows.
import { canonicalBytes } from '../../kernel/index.ts'
import type { PlanGate } from '../../verdict/index.ts'
import {
  maskedReason,
  ROW_LIMIT,
  STREAM_LIMIT_BYTES,
  StreamTally,
  untilAborted,
  timeoutOf,
} from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'

/** The text goes to the database as the plan has it: parameters are never spliced into SQL. */
export async function collectSql(
  gate: PlanGate,
  check: CheckOf<'sql'>,
  site: CheckSite,
): Promise<Collected> {
  const { clock, dialSql } = site.ports
  const url = Object.hasOwn(site.parameters, check.connection)
    ? site.parameters[check.connection]
    : undefined
  if (url === undefined)
    return withoutRows(
      `the parameter ${check.connection} with the database URL is missing`,
      0,
      false,
    )
  const startedMs = clock.monotonicMs()
  try {
    const asked = dialSql.ask({
      url,
      text: check.text,
      timeoutMs: timeoutOf(gate),
      rowLimit: ROW_LIMIT,
    })
    const answer = await untilAborted(asked, site.signal)
    if (answer === undefined) return withoutRows('the run was called off', 0, true)
    const bytes = canonicalBytes({ columns: answer.columns, rows: answer.rows })
    if (bytes.length > STREAM_LIMIT_BYTES) {
      // Half a JSON text could not be read by any assertion, so nothing of it is kept.
      return withoutRows(
        `the rows take ${bytes.length} bytes, more than ${STREAM_LIMIT_BYTES}`,
        Math.round(answer.durationMs),
        false,
      )
    }
    const tally = new StreamTally(site.mask)
    tally.add('rows', 'application/json', bytes, false)
    if (answer.truncated)
      tally.states['rows'] = {
        truncated: true,
        maskedCount: tally.states['rows']?.maskedCount ?? 0,
      }
    return {
      capture: {
        kind: 'sql',
        // A cut answer has no known number of rows.
        rowCount: answer.truncated ? null : answer.rows.length,
        durationMs: Math.round(answer.durationMs),
        streams: tally.states,
      },
      streams: tally.streams,
      aborted: false,
      notes: [],
    }
  } catch (thrown) {
    const durationMs = Math.round(clock.monotonicMs() - startedMs)
    return withoutRows(maskedReason(site.mask, thrown), durationMs, site.signal.aborted)
  }
}

function withoutRows(error: string, durationMs: number, aborted: boolean): Collected {
  return {
    capture: { kind: 'sql', rowCount: null, error, durationMs, streams: {} },
    streams: [],
    aborted,
    notes: [],
  }
}
