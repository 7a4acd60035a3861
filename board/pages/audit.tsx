// The audit log: who asked for what, and what came of it, narrowed as the reader likes and a page at a time.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { lists } from '../lists-api.ts'
import type { AuditEntry, AuditFilter } from '../operations-answers.ts'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { MoreRows } from '../parts/more.tsx'
import { Operations } from '../parts/operations.tsx'
import { Empty, Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { usePages } from '../paged.ts'
import { Link } from '../routes.tsx'
import { countOf } from '../words.ts'
import type { Tone } from '../words.ts'
import { AuditFilterForm } from './audit-filter.tsx'

const REFRESH_MS = 10_000

export function AuditPage(): ReactNode {
  const [filter, setFilter] = useState<AuditFilter>({})
  const entries = usePages(
    JSON.stringify(['audit', filter]),
    (page) => lists.audit(filter, page),
    toldOfFacts(REFRESH_MS, 'request'),
  )
  const isNarrowed = Object.keys(filter).length > 0
  return (
    <Operations
      title="Audit"
      lead="Every request that changed something, and every one that was refused, recorded in the ledger before it was answered."
    >
      <AuditFilterForm onChange={setFilter} />
      <Loaded live={entries.live} what="the audit log">
        {({ rows }) =>
          rows.length === 0 ? (
            <NoEntry isNarrowed={isNarrowed} />
          ) : (
            <>
              <AuditTable entries={rows} />
              <MoreRows what="entries" list={entries} />
            </>
          )
        }
      </Loaded>
    </Operations>
  )
}

function NoEntry({ isNarrowed }: { readonly isNarrowed: boolean }): ReactNode {
  return (
    <Empty title={isNarrowed ? 'No request fits' : 'Nothing was asked yet'}>
      <p>
        {isNarrowed
          ? 'Who and action have to be given whole; a resource stands for what lies below it too.'
          : 'The first request that changes something, or is refused, writes the first line. Reading is not recorded.'}
      </p>
    </Empty>
  )
}

const RESULTS: Readonly<
  Record<AuditEntry['result'], { readonly word: string; readonly tone: Tone }>
> = {
  done: { word: 'Done', tone: 'go' },
  refused: { word: 'Refused', tone: 'wait' },
  failed: { word: 'Failed', tone: 'stop' },
  tallied: { word: 'Tallied', tone: 'calm' },
}

function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }): ReactNode {
  return (
    <table className="rows audit">
      <caption className="unseen">Requests, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">Result</th>
          <th scope="col">Who</th>
          <th scope="col">Asked for</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.seq}>
            <th scope="row">
              <Link to={`/ledger/${entry.seq}`} className="figure">
                {entry.seq}
              </Link>
            </th>
            <td data-column="Result">
              <div>
                <Mark tone={RESULTS[entry.result].tone}>{RESULTS[entry.result].word}</Mark>
                <Why entry={entry} />
              </div>
            </td>
            <td data-column="Who">
              <code>{entry.actor}</code>
            </td>
            <td data-column="Asked for">
              <div>
                <code>{entry.action}</code>
                {entry.action.endsWith(` ${entry.resource}`) ? null : (
                  <p className="soft">{entry.resource}</p>
                )}
              </div>
            </td>
            <td data-column="When">
              <Moment at={entry.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The code of what was refused; a tally says how many of each it stands for. */
function Why({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const counts = Object.entries(entry.counts ?? {})
  if (counts.length > 0)
    return counts.map(([code, count]) => (
      <p key={code} className="soft">
        {countOf(count, 'time')} <code>{code}</code>
      </p>
    ))
  return entry.code === null ? null : (
    <p className="soft">
      <code>{entry.code}</code>
    </p>
  )
}
