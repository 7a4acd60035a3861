// Reports, exports and the bundle of a release: to open here, or to take along.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api, runs } from '../api.ts'
import type { Entry, Review } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import { useLive } from '../live.ts'
import type { Fault } from '../board-fault.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { ActsAs } from '../parts/acts-as.tsx'
import { saveFile } from '../parts/file.tsx'
import { FaultNote } from '../parts/state.tsx'
import { toldOfRelease } from '../rhythms.ts'
import { addressOfRelease, Link } from '../routes.tsx'
import { REPORTS } from './report-kinds.ts'

const EXPORTS = [
  ['vsa', 'Verification summary', 'json'],
  ['svr', 'Simple verification result', 'json'],
  ['test-result', 'Test result', 'json'],
  ['junit', 'JUnit', 'xml'],
  ['sarif', 'SARIF', 'sarif'],
  ['oscal', 'OSCAL assessment results', 'json'],
] as const

const BUNDLE_PAGE_ROWS = 100
const BYTES = 'application/octet-stream'

export function ReportsSection({ review }: { readonly review: Review }): ReactNode {
  const [fault, setFault] = useState<Fault>()
  const take = (what: () => Promise<void>): void => {
    setFault(undefined)
    what().catch((thrown: unknown) => setFault(faultOf(thrown)))
  }
  const { service, version } = review.subject
  const stem = `${service}-${version}`
  return (
    <section id="reports" aria-labelledby="reports-title">
      <h2 id="reports-title">Reports</h2>
      <ul className="cards">
        {REPORTS.map(({ kind, name, text }) => (
          <li key={kind}>
            <Link to={addressOfRelease(review.subject, 'reports', kind)}>{name}</Link>
            <span className="soft">{text}</span>
          </li>
        ))}
      </ul>
      <h3>To take along</h3>
      <p className="soft">
        The summary and the two results are signed in-toto statements of the decision.
      </p>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <div className="buttons">
        <button
          type="button"
          onClick={() =>
            take(async () => {
              const { filled } = await api.documents(review.subject)
              if (filled === null) throw new Error('This plan was not made from a checklist.')
              saveFile(`${stem}.md`, bytesOf(filled), 'text/markdown')
            })
          }
        >
          Filled checklist
        </button>
        {EXPORTS.map(([format, name, ending]) => (
          <button
            key={format}
            type="button"
            onClick={() =>
              take(async () => {
                const bytes = await api.exported(review.subject, format)
                saveFile(`${stem}.${format}.${ending}`, bytes, BYTES)
              })
            }
          >
            {name}
          </button>
        ))}
      </div>
      <Bundle review={review} onTake={take} />
    </section>
  )
}

interface BundleTerms {
  readonly review: Review
  onTake(what: () => Promise<void>): void
}

/** A bundle is sealed by others too: told by the feed, and looked for this often where nothing tells. */
const LOOK_MS = 20_000
const SEALED = 'bundle.sealed'

/** The newest bundle that the ledger records for the release, of its newest decision where it was run in several environments. */
function Bundle({ review, onTake }: BundleTerms): ReactNode {
  const { release } = review
  const [sealCount, count] = useState(0)
  const sealed = useLive(
    `bundles ${release}`,
    () => findBundle(review),
    toldOfRelease(review.subject, LOOK_MS, ({ type }) => type === SEALED),
    `${sealCount} ${review.latestDecision?.statementId ?? ''}`,
  )
  const seal = <SealBundle review={review} onSealed={() => count((before) => before + 1)} />
  const newest = sealed.value ?? undefined
  const digest = newest?.body.refs[0]
  if (newest === undefined || digest === undefined)
    return sealed.value === undefined ? null : (
      <>
        <p>{noneOf(review)} It is one file that anybody can check without this server.</p>
        {seal}
      </>
    )
  return (
    <>
      <p>
        <button
          type="button"
          className="primary"
          onClick={() =>
            onTake(async () => {
              const name = `${review.subject.service}-${review.subject.version}.bundle.tar`
              saveFile(name, await api.evidence(digest), 'application/x-tar')
            })
          }
        >
          Download the bundle
        </button>{' '}
        sealed in <Link to={`/ledger/${newest.seq}`}>entry {newest.seq}</Link>.{' '}
        <Link to="/verify">Verify it here</Link>, or on any machine.
        {isOfEarlier(newest, review) ? ' It holds an earlier decision than the latest.' : ''}
      </p>
      {seal}
    </>
  )
}

/** From the newest on, however many there are; null where there is none. */
async function findBundle(review: Review): Promise<Entry | null> {
  const query = { type: SEALED, subject: review.release, order: 'newest' } as const
  for (let before: number | undefined; ;) {
    const { entries, nextSeq } = await api.entries({ ...query, limit: BUNDLE_PAGE_ROWS, before })
    const found = entries.find((entry) => isOfReview(entry, review))
    if (found !== undefined || nextSeq === null) return found ?? null
    before = nextSeq
  }
}

function noneOf({ environments }: Review): string {
  return environments.length === 1
    ? 'No bundle is sealed yet.'
    : 'No bundle of the latest decision is sealed yet.'
}

function isOfEarlier({ body }: Entry, { latestDecision }: Review): boolean {
  const decision = body.refs[1]
  return (
    decision !== undefined && latestDecision !== null && decision !== latestDecision.statementId
  )
}

/** A bundle names the decision that it holds; those of an older version of the server name none. */
function isOfReview({ body }: Entry, { environments, latestDecision }: Review): boolean {
  const decision = body.refs[1]
  if (environments.length === 1) return true
  return decision !== undefined && decision === latestDecision?.statementId
}

/** Records what the release comes to now, seals it, and hands out the keys that a stranger checks it by. */
function SealBundle({
  review,
  onSealed,
}: {
  readonly review: Review
  onSealed(): void
}): ReactNode {
  const act = useAct()
  const { service, version } = review.subject
  const seal = (): void =>
    act.run(async () => {
      const { trust } = await runs.decideAndSeal(review.subject)
      const bytes = new TextEncoder().encode(trust)
      saveFile(`${service}-${version}.trust.json`, bytes, 'application/json')
      onSealed()
      return 'Recorded and sealed. The file of keys that was saved is what a bundle is checked by.'
    })
  return (
    <>
      <ActsAs />
      <p>
        <button type="button" disabled={act.isBusy} onClick={seal}>
          Record the decision and seal a bundle
        </button>
      </p>
      <ActNote act={act} />
    </>
  )
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
}
