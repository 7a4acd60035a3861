// Drafts that lie in this browser: gone on with, or thrown away.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { listDrafts, removeDraft } from '../drafts.ts'
import type { Draft } from '../drafts.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { Moment } from '../parts/moment.tsx'
import { FaultNote } from '../parts/state.tsx'
import { addressOf, Link } from '../routes.tsx'
import { sizeText } from '../words.ts'

export function DraftList(): ReactNode {
  const [removedCount, count] = useState(0)
  const drafts = useLive('drafts', listDrafts, undefined, removedCount)
  const act = useAct()
  const remove = ({ id, name }: Draft): void =>
    act.run(async () => {
      await removeDraft(id)
      count(removedCount + 1)
      return `The draft of ${name} is gone.`
    })
  if (drafts.fault !== undefined) return <FaultNote fault={drafts.fault} />
  const all = drafts.value ?? []
  return (
    <>
      {all.length === 0 ? null : (
        <section aria-labelledby="drafts">
          <h2 id="drafts">Drafts in this browser</h2>
          <p className="soft">
            Whoever uses this browser sees them, also signed out; nobody else does.
          </p>
          <DraftTable all={all} isBusy={act.isBusy} onRemove={remove} />
        </section>
      )}
      <ActNote act={act} />
    </>
  )
}

interface TableTerms {
  readonly all: readonly Draft[]
  readonly isBusy: boolean
  onRemove(draft: Draft): void
}

function DraftTable({ all, isBusy, onRemove }: TableTerms): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">Drafts, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Draft</th>
          <th scope="col">Saved</th>
          <th scope="col">Plan</th>
          <th scope="col">Do</th>
        </tr>
      </thead>
      <tbody>
        {all.map((draft) => (
          <tr key={draft.id}>
            <th scope="row">
              <Link to={addressOf('import', draft.id)}>{draft.name}</Link>{' '}
              <span className="soft">{sizeText(draft.bytes.length)}</span>
            </th>
            <td data-column="Saved">
              <Moment at={draft.savedAtMs} />
            </td>
            <td data-column="Plan">
              {draft.planHash === undefined ? (
                'not confirmed'
              ) : (
                <span>
                  <Link to={addressOf('plans', draft.planHash)}>confirmed</Link>{' '}
                  <EvidenceLink digest={draft.planHash} />
                </span>
              )}
            </td>
            <td data-column="Do">
              <button
                type="button"
                disabled={isBusy}
                aria-label={`Throw away: the draft of ${draft.name}`}
                onClick={() => onRemove(draft)}
              >
                Throw away
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
