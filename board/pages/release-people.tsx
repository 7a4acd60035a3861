// Who has to sign off, who did, on what, and who reviewed the plan.
import { lazy, Suspense } from 'react'
import type { ReactNode } from 'react'
import { shellWordOf } from '../../src/client/index.ts'
import type { Review, SignOff } from '../answers.ts'
import { Command } from '../parts/copy.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loading } from '../parts/state.tsx'
import { useSession } from '../session.ts'
import { nameOf } from '../words.ts'
import type { Tone } from '../words.ts'

/** Loaded for people who signed in: whoever came with a key signs where they keep theirs. */
const SignOffSection = lazy(() =>
  import('./sign-off.tsx').then((it) => ({ default: it.SignOffSection })),
)

interface PeopleTerms {
  readonly review: Review
  /** The release as it stands once somebody signed here. */
  onSigned(after: Review): void
}

export function PeopleSection({ review, onSigned }: PeopleTerms): ReactNode {
  const { signOffs } = review.plan
  const { person } = useSession()
  return (
    <section id="people" aria-labelledby="people-title">
      <h2 id="people-title">Sign-offs</h2>
      {signOffs.length === 0 ? (
        <p className="soft">The plan asks nobody for a sign-off.</p>
      ) : (
        <table className="rows">
          <caption className="unseen">Roles that have to sign off</caption>
          <thead>
            <tr>
              <th scope="col">Role</th>
              <th scope="col">State</th>
              <th scope="col">Who and when</th>
            </tr>
          </thead>
          <tbody>
            {signOffs.map(({ role, anyOf }) => (
              <RoleRow key={role} review={review} role={role} roles={[role, ...(anyOf ?? [])]} />
            ))}
          </tbody>
        </table>
      )}
      {person === undefined ? (
        <HowToSign review={review} />
      ) : signOffs.length === 0 ? null : (
        <Suspense fallback={<Loading what="the form" />}>
          <SignOffSection key={person.id} review={review} onSigned={onSigned} />
        </Suspense>
      )}
      <PlanReviews review={review} />
    </section>
  )
}

interface RoleTerms {
  readonly review: Review
  readonly role: string
  /** It, and those that may speak in its place. */
  readonly roles: readonly string[]
}

function RoleRow({ review, role, roles }: RoleTerms): ReactNode {
  const given = review.signOffs.filter((one) => roles.includes(one.role))
  const { tone, word } = stateOf(review, { role, roles })
  return (
    <tr>
      <th scope="row">{roles.join(' or ')}</th>
      <td data-column="State">
        <Mark tone={tone}>{word}</Mark>
      </td>
      <td data-column="Who and when">
        {given.length === 0 ? <span className="soft">nobody yet</span> : null}
        {given.map((one) => (
          <p key={one.statement}>
            {nameOf(review, one.principal)} {wordOf(one)}, <Moment at={one.atMs} />{' '}
            <EvidenceLink digest={one.statement} />
            {one.reviewHash === review.reviewHash ? null : (
              <span className="tag">on an earlier state</span>
            )}
          </p>
        ))}
      </td>
    </tr>
  )
}

/** By what the verdict counts: a rejection that was withdrawn stands no longer, and one of an earlier state may. */
function stateOf(
  { quorum: { rejections, gaps } }: Review,
  { role, roles }: Pick<RoleTerms, 'role' | 'roles'>,
): { readonly tone: Tone; readonly word: string } {
  if (rejections.some((each) => roles.includes(each.role)))
    return { tone: 'stop', word: 'Rejected' }
  const gap = gaps.find((each) => each.role === role)
  return gap === undefined
    ? { tone: 'go', word: 'Signed' }
    : { tone: 'wait', word: `${gap.filled} of ${gap.minimum}` }
}

function wordOf({ decision }: SignOff): string {
  if (decision === 'APPROVE') return 'approved'
  return decision === 'REJECT' ? 'rejected' : 'took the rejection back'
}

/** For whoever came with a key, which opens the board and signs nothing. */
function HowToSign({ review }: { readonly review: Review }): ReactNode {
  const [open] = review.quorum.gaps
  if (open === undefined) return null
  return (
    <>
      <p>
        People who signed in sign here. Everybody else signs with their own key, where they keep it:
      </p>
      <Command
        text={`npx seaworthy sign ${review.release} --as YOU --role ${shellWordOf(open.role)}`}
      />
    </>
  )
}

function PlanReviews({ review }: { readonly review: Review }): ReactNode {
  if (review.planReviews.length === 0)
    return (
      <p className="soft">Nobody has reviewed this plan: what is not proven to read did not run.</p>
    )
  return (
    <p>
      Plan reviewed by{' '}
      {review.planReviews.map(({ principal, statement }, at) => (
        <span key={statement}>
          {at === 0 ? '' : ', '}
          {nameOf(review, principal)} <EvidenceLink digest={statement} />
        </span>
      ))}
    </p>
  )
}
