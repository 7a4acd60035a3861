// The form of a sign-off: which word in which role, what exactly is signed, and the press that signs it.
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { Review, SignOff, Who } from '../answers.ts'
import { faultOf } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Choices } from '../parts/choices.tsx'
import { VerdictMark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { ProveAgain } from '../parts/prove-again.tsx'
import { serverNow } from '../reach.ts'
import { signOff } from '../signing.ts'
import type { Receipt, SignWish } from '../signing.ts'
import { addressOfForm, keepDraft } from './sign-off-draft.ts'
import type { Draft } from './sign-off-draft.ts'

type Word = SignOff['decision']

const WORDS: Readonly<Record<Word, { readonly choice: string; readonly press: string }>> = {
  APPROVE: { choice: 'Approve', press: 'Sign the approval' },
  REJECT: { choice: 'Reject', press: 'Sign the rejection' },
  WITHDRAW: { choice: 'Take my rejection back', press: 'Sign that it is taken back' },
}

const COMMENT_LIMIT_LENGTH = 2_000

interface FormTerms {
  readonly who: Who
  readonly review: Review
  /** Wanted roles that the person may sign in; at least one. */
  readonly roles: readonly string[]
  /** Of the key that this browser holds; undefined where one is made. */
  readonly keyId: string | undefined
  readonly draft: Draft | undefined
  onDone(receipt: Receipt): void
  /** The key turned out to be over. */
  onKeyOver(): void
}

/** What a key is refused with that was revoked after the page looked. */
const KEY_OVER = ['IDENTITY_KEY_TAKEN', 'IDENTITY_REVOKED']

export function SignOffForm(terms: FormTerms): ReactNode {
  const { who, review, roles, keyId, draft, onDone, onKeyOver } = terms
  const act = useAct()
  // What the person has before them stays before them: a change while they read is told, not slipped in.
  const [seen, look] = useState(review)
  const [role, setRole] = useState(draft?.role ?? roles[0] ?? '')
  const [wished, wish] = useState<Word | undefined>(draft?.decision)
  const [comment, say] = useState(draft?.comment ?? '')
  const isRejected = hasRejected(review, who, role)
  const choices: readonly Word[] = isRejected ? ['WITHDRAW', 'REJECT'] : ['APPROVE', 'REJECT']
  const word = choices.find((each) => each === wished) ?? choices[0] ?? 'APPROVE'
  const isMoved = seen.reviewHash !== review.reviewHash || seen.runId !== review.runId
  const wanted: SignWish = { role, decision: word, comment: comment.trim() }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    act.run(async () => {
      try {
        onDone(await signOff(who, seen, wanted))
      } catch (thrown) {
        if (KEY_OVER.includes(faultOf(thrown).code)) onKeyOver()
        throw thrown
      }
      say('')
      wish(undefined)
      return undefined
    })
  }
  const leave = (): void =>
    keepDraft({ ...wanted, release: seen.release, reviewHash: seen.reviewHash })
  return (
    <form className="word-form" onSubmit={submit}>
      <Choices
        label="Your word"
        chosen={word}
        choices={choices.map((each) => [each, WORDS[each].choice] as const)}
        onChoose={wish}
      />
      <RoleField roles={roles} role={role} onRole={setRole} />
      <label>
        {word === 'REJECT' ? 'Why it may not go' : 'Comment, if you have one'}
        <textarea
          name="comment"
          rows={3}
          required={word === 'REJECT'}
          maxLength={COMMENT_LIMIT_LENGTH}
          value={comment}
          onChange={(event) => say(event.target.value)}
        />
        <span className="soft">It is signed too, and goes wherever the bundle goes.</span>
      </label>
      <WhatIsSigned review={seen} keyId={keyId} />
      <p className="meaning">{meaningOf(word, role, seen.release)}</p>
      {draft !== undefined && draft.reviewHash !== seen.reviewHash ? (
        <p className="stale-note" role="alert">
          While you were away the release changed: what you sign now is not what you had before you.
        </p>
      ) : null}
      {act.fault?.code === 'WEB_PROOF_TOO_OLD' ? null : <AgeNote who={who} onLeave={leave} />}
      {isMoved ? (
        <div className="stale-note" role="alert">
          <p>The release has changed since you opened this. Look at what it comes to now.</p>
          <button type="button" onClick={() => look(review)}>
            Show what I would sign now
          </button>
        </div>
      ) : (
        <p>
          <button type="submit" className="primary" disabled={act.isBusy}>
            {WORDS[word].press} as {role}
          </button>
        </p>
      )}
      <ActNote act={act} to={addressOfForm()} onLeave={leave} />
    </form>
  )
}

/** Whether the person's last word on rejecting in this role is a rejection. */
function hasRejected(review: Review, who: Who, role: string): boolean {
  const words = review.signOffs.filter(
    (each) => each.role === role && (each.person ?? each.principal) === who.person,
  )
  return words.findLast(({ decision }) => decision !== 'APPROVE')?.decision === 'REJECT'
}

function meaningOf(word: Word, role: string, release: string): string {
  switch (word) {
    case 'APPROVE':
      return `You say, as ${role}, that you have seen this and that ${release} may go. It counts until a result, the plan or the run changes.`
    case 'REJECT':
      return `You say, as ${role}, that ${release} may not go. It stands over every later state until you take it back.`
    case 'WITHDRAW':
      return `You take back, as ${role}, your own rejection of ${release}. That approves nothing yet.`
  }
}

interface RoleTerms {
  readonly roles: readonly string[]
  readonly role: string
  onRole(role: string): void
}

function RoleField({ roles, role, onRole }: RoleTerms): ReactNode {
  if (roles.length === 1) return null
  return (
    <label>
      Role
      <select name="role" value={role} onChange={(event) => onRole(event.target.value)}>
        {roles.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  )
}

interface SignedTerms {
  readonly review: Review
  readonly keyId: string | undefined
}

function WhatIsSigned({ review, keyId }: SignedTerms): ReactNode {
  const { subject, runId, reviewHash, verdict } = review
  return (
    <section aria-labelledby="what-is-signed">
      <h4 id="what-is-signed">What you sign</h4>
      <dl className="facts">
        <dt>Release</dt>
        <dd>
          {subject.service} {subject.version} for {subject.environment}
        </dd>
        <dt>Commit</dt>
        <dd>{subject.commit === undefined ? 'none was named' : <code>{subject.commit}</code>}</dd>
        {Object.entries(subject.digests)
          .filter(([name]) => name !== 'release')
          .map(([name, digest]) => (
            <Artefact key={name} name={name} digest={digest} />
          ))}
        <dt>Run</dt>
        <dd>
          <code>{runId}</code>
        </dd>
        <dt>It comes to</dt>
        <dd>
          <VerdictMark value={verdict.value} /> <span className="soft">without your word</span>
        </dd>
        <dt>All of it as</dt>
        <dd>
          <code>{reviewHash}</code>
        </dd>
        <dt>With the key</dt>
        <dd>{keyId === undefined ? 'a new one' : <code>{keyId.slice(0, 16)}</code>}</dd>
      </dl>
    </section>
  )
}

function Artefact({ name, digest }: { readonly name: string; readonly digest: string }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>{digest}</code>
      </dd>
    </>
  )
}

interface AgeTerms {
  readonly who: Who
  onLeave(): void
}

/** Said before the press where it would be refused; clocks are never quite the same, so the press stays possible. */
function AgeNote({ who, onLeave }: AgeTerms): ReactNode {
  const until = who.session?.provenUntil ?? null
  if (until !== null && Date.parse(until) > serverNow())
    return (
      <p className="soft">
        You may sign until <Moment at={until} />; after that you are asked to sign in again.
      </p>
    )
  return (
    <p className="stale-note">
      It is too long since you signed in.{' '}
      <ProveAgain to={addressOfForm()} onLeave={onLeave}>
        Sign in again and come back here
      </ProveAgain>
      : what you wrote is kept.
    </p>
  )
}
