// The form of a sign-off: which word in which role, what exactly is signed, and the press that signs it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Review, SignOff, Verdict, Who } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import type { OwnKey } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Choices } from '../parts/choices.tsx'
import { addressOfForm } from '../parts/form-place.tsx'
import { VerdictMark } from '../parts/mark.tsx'
import { SignsAs } from '../parts/signs-as.tsx'
import { WordForm } from '../parts/word-form.tsx'
import { KEY_OVER, signOff } from '../signing.ts'
import type { Receipt, SignWish } from '../signing.ts'
import { useTyped } from '../typed.ts'

type Word = SignOff['decision']

const WORDS: Readonly<Record<Word, { readonly choice: string; readonly press: string }>> = {
  APPROVE: { choice: 'Approve', press: 'Sign the approval' },
  REJECT: { choice: 'Reject', press: 'Sign the rejection' },
  WITHDRAW: { choice: 'Take my rejection back', press: 'Sign that it is taken back' },
}

const COMMENT_LIMIT_LENGTH = 2_000

/** Its name on the page of the release. */
export const FORM = 'sign-off'

interface FormTerms {
  readonly who: Who
  readonly review: Review
  /** Wanted roles that the person may sign in; at least one. */
  readonly roles: readonly string[]
  /** That this browser holds; undefined where one is made. */
  readonly ownKey: OwnKey | undefined
  onDone(receipt: Receipt): void
  /** The key turned out to be over, or another one than was shown. */
  onKey(): void
}

interface TypedWord extends Omit<SignWish, 'decision'> {
  readonly decision: Word | undefined
  /** Of what they had before them. */
  readonly reviewHash: string
}

export function SignOffForm(terms: FormTerms): ReactNode {
  const { who, review, roles, ownKey, onDone, onKey } = terms
  const act = useAct()
  // What the person has before them stays before them: a change while they read is told, not slipped in.
  const [seen, look] = useState(review)
  const typed = useTyped<TypedWord>(
    { who, form: `${FORM} ${review.release}` },
    { role: roles[0] ?? '', decision: undefined, comment: '', reviewHash: seen.reviewHash },
  )
  const { comment, decision: wished } = typed.words
  const role = roles.find((each) => each === typed.words.role) ?? roles[0] ?? ''
  const type = (part: Partial<TypedWord>): void =>
    typed.type({ ...typed.words, reviewHash: seen.reviewHash, ...part })
  const isRejected = hasRejected(review, who, role)
  const choices: readonly Word[] = isRejected ? ['WITHDRAW', 'REJECT'] : ['APPROVE', 'REJECT']
  // Nothing is chosen for anybody.
  const word = choices.find((each) => each === wished)
  const isMoved = seen.reviewHash !== review.reviewHash || seen.runId !== review.runId
  const sign = async (decision: Word): Promise<undefined> => {
    try {
      const wish: SignWish = { role, decision, comment: comment.trim() }
      onDone(await signOff({ who, ownKey }, seen, wish))
    } catch (thrown) {
      if (KEY_OVER.includes(faultOf(thrown).code)) onKey()
      throw thrown
    }
    typed.forget()
  }
  // What somebody chose over another state is no choice over this one.
  const lookAnew = (): void => {
    look(review)
    type({ decision: undefined, reviewHash: review.reviewHash })
  }
  const leaving = { to: addressOfForm(FORM), onLeave: () => type({}) }
  return (
    <WordForm onSign={() => word !== undefined && act.run(() => sign(word))}>
      <Choices
        label="Your word"
        chosen={word}
        choices={choices.map((each) => [each, WORDS[each].choice] as const)}
        onChoose={(decision) => type({ decision })}
      />
      <RoleField roles={roles} role={role} onRole={(next) => type({ role: next })} />
      <label>
        {word === 'REJECT' ? 'Why it may not go' : 'Comment, if you have one'}
        <textarea
          name="comment"
          rows={3}
          required={word === 'REJECT'}
          maxLength={COMMENT_LIMIT_LENGTH}
          value={comment}
          onChange={(event) => type({ comment: event.target.value })}
        />
        <span className="soft">It is signed too, and goes wherever the bundle goes.</span>
      </label>
      <WhatIsSigned review={seen} verdict={(isMoved ? seen : review).verdict.value} />
      {word === undefined ? null : <p className="meaning">{meaningOf(word, role, seen.release)}</p>}
      {typed.kept !== undefined && typed.kept.reviewHash !== seen.reviewHash ? (
        <p className="stale-note" role="alert">
          While you were away the release changed: what you sign now is not what you had before you.
        </p>
      ) : null}
      <SignsAs {...{ who, ownKey, role, act, ...leaving }} />
      {isMoved ? (
        <Moved onLook={lookAnew} />
      ) : (
        <p>
          <button type="submit" className="primary" disabled={act.isBusy || word === undefined}>
            {word === undefined ? 'Say first whether it may go' : `${WORDS[word].press} as ${role}`}
          </button>
        </p>
      )}
      <ActNote act={act} {...leaving} />
    </WordForm>
  )
}

function Moved({ onLook }: { onLook(): void }): ReactNode {
  return (
    <div className="stale-note" role="alert">
      <p>The release has changed since you opened this. Look at what it comes to now.</p>
      <button type="button" onClick={onLook}>
        Show what I would sign now
      </button>
    </div>
  )
}

/** Whether a rejection of theirs stands in this role. */
function hasRejected({ quorum }: Review, who: Who, role: string): boolean {
  return quorum.rejections.some(
    (each) => each.role === role && (each.person ?? each.principal) === who.person,
  )
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
  /** What it comes to by now: risks, waivers and other people's words change that, and not what is signed. */
  readonly verdict: Verdict
}

function WhatIsSigned({ review, verdict }: SignedTerms): ReactNode {
  const { subject, runId, reviewHash } = review
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
          <VerdictMark value={verdict} /> <span className="soft">without your word</span>
        </dd>
        <dt>All of it as</dt>
        <dd>
          <code>{reviewHash}</code>
        </dd>
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
