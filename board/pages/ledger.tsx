// The tenant's ledger, newest entries first, narrowed by kind and subject, a page at a time.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Entry } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
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
  /** What the next older page ends before; null where there is none. */
  readonly next: number | null
  readonly signedCount: number
}

/** What each older page that was gone to ends before; none = the newest. */
type Trail = readonly number[]

export function LedgerPage(): ReactNode {
  useTitle('Ledger')
  const [filter, setFilter] = useState<Filter>({ type: '', subject: '' })
  const [trail, follow] = useState<Trail>([])
  const before = trail.at(-1)
  const isNarrowed = filter.type !== '' || filter.subject !== ''
  const page = useLive(
    JSON.stringify(['ledger', filter, before]),
    () => readPage(filter, before),
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
        Every fact of this tenant, in order, each linked to the one before. No entry is ever changed
        or taken out. What it says lies beside it, as a payload that can be erased when somebody
        asks for it: then the entry stays, and another one says that the payload is gone.
      </p>
      <FilterForm
        filter={filter}
        onChange={(next) => {
          follow([])
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
            <Paging next={value.next} trail={trail} onGo={follow} />
          </>
        )}
      </Loaded>
    </>
  )
}

/** Asked for newest first, so that what was added since the last checkpoint is there, however much it is. */
async function readPage(filter: Filter, before: number | undefined): Promise<Page> {
  const [{ entries, nextSeq: next }, signedCount] = await Promise.all([
    api.entries({ order: 'newest', limit: PAGE_SIZE, before, ...filter }),
    countSigned(),
  ])
  return { entries, next, signedCount }
}

async function countSigned(): Promise<number> {
  try {
    return (await api.checkpoint()).size
  } catch (thrown) {
    // A log that was never signed has its entries all the same.
    if (faultOf(thrown).code === 'LEDGER_ENTRY_UNKNOWN') return 0
    throw thrown
  }
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
          name="type"
          value={type}
          placeholder="release.decided"
          onChange={(event) => setType(event.target.value)}
        />
      </label>
      <label>
        Subject
        <input
          name="subject"
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
  readonly next: number | null
  readonly trail: Trail
  onGo(trail: Trail): void
}

function Paging({ next, trail, onGo }: PagingTerms): ReactNode {
  const isNewest = trail.length === 0
  return (
    <nav className="buttons" aria-label="Pages of the ledger">
      <button
        type="button"
        disabled={next === null}
        onClick={() => next !== null && onGo([...trail, next])}
      >
        Older
      </button>
      <button type="button" disabled={isNewest} onClick={() => onGo(trail.slice(0, -1))}>
        Newer
      </button>
      <button type="button" disabled={isNewest} onClick={() => onGo([])}>
        Newest
      </button>
    </nav>
  )
}
