// The tenant's ledger, newest entries first, narrowed by kind and subject, a page at a time.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Entry } from '../answers.ts'
import { useLive } from '../live.ts'
import { EvidenceLink } from '../parts/digest.tsx'
import { Erased } from '../parts/erased.tsx'
import { Moment } from '../parts/moment.tsx'
import { Empty, Loaded, useTitle } from '../parts/state.tsx'
import { toldOfAll } from '../rhythms.ts'
import { Link } from '../routes.tsx'

const PAGE_SIZE = 50
const REFRESH_MS = 10_000

interface Filter {
  readonly type: string
  readonly subject: string
}

interface Page {
  readonly entries: readonly Entry[]
  /** Where this page begins in the log; narrowed pages begin at the first entry that fits. */
  readonly from: number
  readonly next: number | null
  readonly signedCount: number
}

export function LedgerPage(): ReactNode {
  useTitle('Ledger')
  const [filter, setFilter] = useState<Filter>({ type: '', subject: '' })
  const [from, goTo] = useState<number>()
  const isNarrowed = filter.type !== '' || filter.subject !== ''
  const page = useLive(
    JSON.stringify(['ledger', filter, from]),
    () => readPage(filter, from),
    toldOfAll(
      REFRESH_MS,
      ({ type, subject }) =>
        (filter.type === '' || filter.type === type) &&
        (filter.subject === '' || filter.subject === subject),
    ),
  )
  return (
    <>
      <h1>Ledger</h1>
      <p className="lead">
        Every fact of this tenant, in order, each linked to the one before. Nothing is ever changed
        or taken out; a payload stays beside its entry, which only commits to it.
      </p>
      <FilterForm
        filter={filter}
        onChange={(next) => {
          goTo(undefined)
          setFilter(next)
        }}
      />
      <Loaded live={page} what="the ledger">
        {(value) => (
          <>
            {value.entries.length === 0 ? (
              <Empty title={isNarrowed ? 'No entry fits' : 'Nothing is recorded yet'}>
                <p>
                  {isNarrowed
                    ? 'Kind and subject have to be given whole, as in release.decided and harbour@1.4.0.'
                    : 'The first run of a release writes the first entries.'}
                </p>
              </Empty>
            ) : (
              <EntryTable entries={value.entries} signedCount={value.signedCount} />
            )}
            <Paging page={value} isNarrowed={isNarrowed} onGo={goTo} />
          </>
        )}
      </Loaded>
    </>
  )
}

/** Without a filter the newest page; how long the log is, its last checkpoint tells, and the entries after it follow. */
async function readPage(filter: Filter, wanted: number | undefined): Promise<Page> {
  const signedCount = await api.checkpoint().then(
    ({ size }) => size,
    // A log that was never signed has its entries all the same.
    () => 0,
  )
  const isNarrowed = filter.type !== '' || filter.subject !== ''
  const from = wanted ?? (isNarrowed ? 0 : Math.max(0, signedCount - PAGE_SIZE))
  const limit = wanted === undefined && !isNarrowed ? 2 * PAGE_SIZE : PAGE_SIZE
  const { entries, nextSeq } = await api.entries({ from, limit, ...filter })
  return { entries: entries.toReversed(), from, next: nextSeq, signedCount }
}

interface FilterTerms {
  readonly filter: Filter
  onChange(filter: Filter): void
}

function FilterForm({ filter, onChange }: FilterTerms): ReactNode {
  const [type, setType] = useState(filter.type)
  const [subject, setSubject] = useState(filter.subject)
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        onChange({ type: type.trim(), subject: subject.trim() })
      }}
    >
      <label>
        Kind
        <input
          value={type}
          placeholder="release.decided"
          onChange={(event) => setType(event.target.value)}
        />
      </label>
      <label>
        Subject
        <input
          value={subject}
          placeholder="harbour@1.4.0"
          onChange={(event) => setSubject(event.target.value)}
        />
      </label>
      <button type="submit">Show</button>
    </form>
  )
}

interface TableTerms {
  readonly entries: readonly Entry[]
  readonly signedCount: number
}

function EntryTable({ entries, signedCount }: TableTerms): ReactNode {
  return (
    <table className="rows entries">
      <caption className="unseen">Entries, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Entry</th>
          <th scope="col">What happened</th>
          <th scope="col">To what</th>
          <th scope="col">Rests on</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(({ seq, time, body, erasedBy }) => (
          <tr key={seq}>
            <th scope="row">
              <Link to={`/ledger/${seq}`} className="figure">
                {seq}
              </Link>
              {seq < signedCount ? null : <span className="tag">not signed yet</span>}
            </th>
            <td data-column="What happened">
              <code>{body.type}</code> <Erased by={erasedBy} />
            </td>
            <td data-column="To what">{body.subject}</td>
            <td data-column="Rests on" className="links">
              {body.refs.slice(0, 3).map((ref) => (
                <EvidenceLink key={ref} digest={ref} />
              ))}
              {body.refs.length > 3 ? (
                <Link to={`/ledger/${seq}`}>and {body.refs.length - 3} more</Link>
              ) : null}
            </td>
            <td data-column="When">
              <Moment at={time} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface PagingTerms {
  readonly page: Page
  readonly isNarrowed: boolean
  onGo(from: number | undefined): void
}

function Paging({ page, isNarrowed, onGo }: PagingTerms): ReactNode {
  const { from, next } = page
  return (
    <nav className="buttons" aria-label="Pages of the ledger">
      {isNarrowed ? (
        <>
          <button type="button" disabled={from === 0} onClick={() => onGo(undefined)}>
            First page
          </button>
          <button type="button" disabled={next === null} onClick={() => onGo(next ?? undefined)}>
            Next page
          </button>
        </>
      ) : (
        <>
          <button
            type="button"
            disabled={from === 0}
            onClick={() => onGo(Math.max(0, from - PAGE_SIZE))}
          >
            Older
          </button>
          <button type="button" disabled={next === null} onClick={() => onGo(next ?? undefined)}>
            Newer
          </button>
          <button type="button" onClick={() => onGo(undefined)}>
            Newest
          </button>
        </>
      )}
    </nav>
  )
}
