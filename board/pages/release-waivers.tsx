// Waivers of a release: who asked, who approved, until when, what they change; and for people who signed in, the forms.
import { lazy, Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import {
  APPROVALS_WANTED_COUNT,
  waiversOf,
  waiverStateOf,
} from '../../src/release/register-answer.ts'
import type { PlanGate, Register, RegisteredWaiver, Review } from '../answers.ts'
import { Command } from '../parts/copy.tsx'
import { Mark } from '../parts/mark.tsx'
import { Named } from '../parts/named.tsx'
import { Moment, useServerNow } from '../parts/moment.tsx'
import { Loading } from '../parts/state.tsx'
import { useSession } from '../session.ts'
import { nameOf } from '../words.ts'
import type { Tone } from '../words.ts'

const WaiverForms = lazy(() =>
  import('./waiver-forms.tsx').then((it) => ({ default: it.WaiverForms })),
)

interface WaiversTerms {
  readonly review: Review
  readonly register: Register
  /** Somebody asked for a waiver here, or approved one. */
  onChange(): void
}

export function Waivers({ review, register, onChange }: WaiversTerms): ReactNode {
  const { person } = useSession()
  const nowMs = useServerNow()
  const [said, say] = useState('')
  const own = waiversOf(register, review.subject)
  const open = own.filter((each) => waiverStateOf(each, nowMs) === 'REQUESTED')
  const gates = waivableGates(review, register)
  const onDone = (words: string): void => {
    say(words)
    onChange()
  }
  return (
    <>
      {own.length === 0 ? null : <WaiverTable {...{ review, nowMs }} waivers={own} />}
      <div aria-live="polite">{said === '' ? null : <p className="done-note">{said}</p>}</div>
      {open.length + gates.length === 0 ? null : person === undefined ? (
        <HowToApprove service={review.subject.service} open={open} />
      ) : (
        <Suspense fallback={<Loading what="the forms" />}>
          <WaiverForms key={person.id} {...{ review, register, open, gates, onDone }} />
        </Suspense>
      )}
    </>
  )
}

/** Gates that stand against the release and that a waiver may let pass: their check was made, does not hold, and may be waived by the rules. */
function waivableGates(
  { plan, results, verdict }: Review,
  { policy: { nonWaivable = [] } }: Register,
): readonly PlanGate[] {
  const against = new Set(verdict.reasons.map(({ gate }) => gate))
  const statuses = new Map(results.map(({ gate, status }) => [gate, status]))
  return plan.gates.filter(({ id }) => {
    if (nonWaivable.includes(id)) return false
    const status = statuses.get(id)
    // Evidence that grew old is a reason although it was recorded as a pass.
    if (status === 'PASS') return against.has(id)
    return status === 'FAIL' || status === 'STALE' || status === 'INCONCLUSIVE'
  })
}

interface TableTerms {
  readonly review: Review
  readonly nowMs: number
  readonly waivers: readonly RegisteredWaiver[]
}

function WaiverTable({ review, nowMs, waivers }: TableTerms): ReactNode {
  return (
    <table className="rows">
      <caption>Waivers of this release</caption>
      <thead>
        <tr>
          <th scope="col">Waiver</th>
          <th scope="col">State</th>
          <th scope="col">Asked for by</th>
          <th scope="col">Approved by</th>
          <th scope="col">Ends</th>
        </tr>
      </thead>
      <tbody>
        {waivers.map((waiver) => {
          const { request, requester, approvals } = waiver
          const { tone, word, why } = standingOf(review, waiver, nowMs)
          const approvers = approvals.map(({ principal }) => nameOf(review, principal))
          return (
            <tr key={request.id} id={`waiver-${request.id}`}>
              <th scope="row">
                {request.id}: {request.reason}
                <span className="soft"> for {titlesOf(review, request.gates)}</span>
              </th>
              <td data-column="State">
                <Mark tone={tone}>{word}</Mark>
                {why === undefined ? null : (
                  <p className="soft">
                    <Named review={review} text={why} />
                  </p>
                )}
              </td>
              <td data-column="Asked for by">{nameOf(review, requester)}</td>
              <td data-column="Approved by">{approvers.join(', ') || 'nobody yet'}</td>
              <td data-column="Ends">
                <Moment at={request.expiresAt} />
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function titlesOf({ plan }: Review, ids: readonly string[]): string {
  return ids.map((id) => plan.gates.find((each) => each.id === id)?.title ?? id).join(', ')
}

interface Standing {
  readonly tone: Tone
  readonly word: string
  /** Why people's approvals gave it no force; undefined where they did, or are awaited. */
  readonly why?: string | undefined
}

/** What the verdict makes of it comes first: approvals alone give no waiver force. */
function standingOf(review: Review, waiver: RegisteredWaiver, nowMs: number): Standing {
  const { id } = waiver.request
  if (review.verdict.usedWaivers?.includes(id) === true) return { tone: 'wait', word: 'in use' }
  switch (waiverStateOf(waiver, nowMs)) {
    case 'REVOKED':
      return { tone: 'calm', word: 'revoked' }
    case 'EXPIRED':
      return { tone: 'calm', word: 'expired' }
    case 'REQUESTED':
      return {
        tone: 'wait',
        word: `${waiver.approvals.length} of ${APPROVALS_WANTED_COUNT} approvals`,
      }
    case 'APPROVED': {
      const why = review.verdict.notes.find((note) => note.startsWith(`waiver ${id} `))
      return { tone: 'calm', word: 'not in use', why }
    }
  }
}

interface HowTerms {
  readonly service: string
  readonly open: readonly RegisteredWaiver[]
}

/** For whoever came with a key, which signs nothing. */
function HowToApprove({ service, open }: HowTerms): ReactNode {
  if (open.length === 0) return null
  return (
    <>
      <p className="soft">Who did not ask for it approves it, signed on their own machine:</p>
      {open.map(({ request: { id } }) => (
        <Command key={id} text={`npx seaworthy approve ${id} --service ${service} --as YOU`} />
      ))}
    </>
  )
}
