// Starts a run of a reviewed plan on a runner that waits: who waits, what it would do, a confirmation, and where the request stands.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { runs } from '../api.ts'
import type { Plan } from '../answers.ts'
import { seenText } from '../import-words.ts'
import { isOpenRequest } from '../run-answers.ts'
import type { AskPreview, AskWish, RunRequest } from '../run-answers.ts'
import { useLive } from '../live.ts'
import { isSilent } from '../board-fault.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { ActsAs } from '../parts/acts-as.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded } from '../parts/state.tsx'
import { toldOfRelease } from '../rhythms.ts'
import { useSession } from '../session.ts'
import { countOf, EFFECTS } from '../words.ts'
import { RequestNote } from './run-request.tsx'
import { UnreviewedPlan, WaitsForReview } from './unreviewed-plan.tsx'
import { WaitingRunners } from './waiting-runners.tsx'

/** How often a request that is open is looked at, and runners that wait. */
const REQUEST_MS = 1_500
const RUNNERS_MS = 5_000

interface StartTerms {
  readonly plan: Plan
  readonly planHash: string
  readonly isReviewed: boolean
  /** The page shows the release's run already, and not the form of a review. */
  readonly isHere?: boolean
}

export function StartRun({ plan, planHash, isReviewed, isHere = false }: StartTerms): ReactNode {
  return (
    <section aria-labelledby="start-run">
      <h2 id="start-run">Start a run</h2>
      {isReviewed ? (
        <StartReviewed plan={plan} planHash={planHash} isHere={isHere} />
      ) : (
        <NotReviewed plan={plan} planHash={planHash} isHere={isHere} />
      )}
    </section>
  )
}

function NotReviewed({
  plan,
  planHash,
  isHere = false,
}: Omit<StartTerms, 'isReviewed'>): ReactNode {
  const { person } = useSession()
  return person === undefined ? (
    <UnreviewedPlan plan={plan} />
  ) : (
    <WaitsForReview planHash={planHash} isHere={!isHere} />
  )
}

function StartReviewed({
  plan,
  planHash,
  isHere = false,
}: Omit<StartTerms, 'isReviewed'>): ReactNode {
  const { service, version } = plan
  // A press asks again at once, so that what it did is seen.
  const [pressCount, count] = useState(0)
  const name = `requests ${service} ${version}`
  const rhythm = toldOfRelease(plan, REQUEST_MS)
  const requests = useLive(name, () => runs.requests(plan), rhythm, pressCount)
  const seats = useLive('seats', runs.seats, RUNNERS_MS)
  const onPress = (): void => count((before) => before + 1)
  return (
    <Loaded live={requests} what="what was asked for">
      {([last]) => (
        <>
          {last === undefined ? null : (
            <RequestNote request={last} plan={plan} isHere={isHere} onPress={onPress} />
          )}
          {last !== undefined && isOpenRequest(last) ? null : (
            <>
              <Loaded live={seats} what="the runners">
                {(all) => <WaitingRunners seats={all} plan={plan} />}
              </Loaded>
              <AskForm
                key={last?.requestId ?? 'first'}
                plan={plan}
                planHash={planHash}
                last={last}
                onPress={onPress}
              />
            </>
          )}
        </>
      )}
    </Loaded>
  )
}

interface AskTerms {
  readonly plan: Plan
  readonly planHash: string
  readonly last: RunRequest | undefined
  onPress(): void
}

function AskForm({ plan, planHash, last, onPress }: AskTerms): ReactNode {
  const act = useAct()
  const names = parametersOf(plan)
  const [values, set] = useState<Readonly<Record<string, string>>>(() => firstValues(last))
  const [secrets, keep] = useState<readonly string[]>(() => firstSecrets(last))
  const [isRepeat, repeat] = useState(false)
  const isCutOff = last?.state === 'abandoned'
  const [shown, show] = useState<{ readonly preview: AskPreview; readonly wish: AskWish }>()
  const given = names.filter((name) => !secrets.includes(name) && values[name] !== undefined)
  const parameters = Object.fromEntries(given.map((name) => [name, values[name] ?? '']))
  const wish: AskWish = { planHash, parameters, secrets, repeat: isRepeat }
  const ask = (asked: AskWish, confirmToken?: string): void =>
    act.run(async () => {
      try {
        const { preview } = await runs.ask({ ...asked, confirmToken })
        show(preview === null ? undefined : { preview, wish: asked })
        if (preview === null) onPress()
      } catch (thrown) {
        // What nothing answered is confirmed again, with the same offer.
        if (!isSilent(thrown)) show(undefined)
        throw thrown
      }
      return undefined
    })
  return (
    <>
      <form
        className="filter"
        onSubmit={(event) => {
          event.preventDefault()
          ask(wish)
        }}
      >
        {names.map((name) => (
          <ParameterField
            key={name}
            name={name}
            value={values[name] ?? ''}
            isSecret={secrets.includes(name)}
            onValue={(value) => set({ ...values, [name]: value })}
            onSecret={(isSecret) =>
              keep(isSecret ? [...secrets, name] : secrets.filter((each) => each !== name))
            }
          />
        ))}
        {isCutOff ? <RepeatField isRepeat={isRepeat} onRepeat={repeat} /> : null}
        <ActsAs />
        <button type="submit" className="primary" disabled={act.isBusy}>
          {isCutOff ? 'Go on with the run' : 'Start a run'}
        </button>
      </form>
      {shown === undefined ? null : (
        <Confirmation
          preview={shown.preview}
          isBusy={act.isBusy}
          onYes={() => ask(shown.wish, shown.preview.token)}
          onNo={() => show(undefined)}
        />
      )}
      <ActNote act={act} />
    </>
  )
}

function RepeatField({
  isRepeat,
  onRepeat,
}: {
  readonly isRepeat: boolean
  onRepeat(isRepeat: boolean): void
}): ReactNode {
  return (
    <label className="tick">
      <input
        type="checkbox"
        checked={isRepeat}
        onChange={(event) => onRepeat(event.target.checked)}
      />
      Run changes again that were cut off; I looked at what they left
    </label>
  )
}

interface FieldTerms {
  readonly name: string
  readonly value: string
  readonly isSecret: boolean
  onValue(value: string): void
  onSecret(isSecret: boolean): void
}

function ParameterField({ name, value, isSecret, onValue, onSecret }: FieldTerms): ReactNode {
  return (
    <>
      <label>
        <code>{name}</code>
        <input
          name={name}
          value={isSecret ? '' : value}
          required={!isSecret}
          disabled={isSecret}
          maxLength={10_000}
          placeholder={isSecret ? 'the runner has it' : ''}
          onChange={(event) => onValue(event.target.value)}
        />
      </label>
      <label className="tick">
        <input
          type="checkbox"
          checked={isSecret}
          onChange={(event) => onSecret(event.target.checked)}
        />
        <span>
          a secret that the runner has<span className="unseen">: {name}</span>
        </span>
      </label>
    </>
  )
}

interface ConfirmationTerms {
  readonly preview: AskPreview
  readonly isBusy: boolean
  onYes(): void
  onNo(): void
}

function Confirmation({ preview, isBusy, onYes, onNo }: ConfirmationTerms): ReactNode {
  const { changes, risk, expiresAt } = preview
  return (
    <div className="state" role="alert">
      <h3>{countOf(changes.length, 'gate does', 'gates do')} more than read</h3>
      <p>
        Risk: {risk}. This is what the runner would do; the offer ends <Moment at={expiresAt} />.
      </p>
      <ul className="changes">
        {changes.map(({ of, effect, what }) => (
          <li key={of}>
            <strong>{of}</strong> <span className="tag">{wordOfEffect(effect)}</span>
            <pre tabIndex={0}>{seenText(what)}</pre>
          </li>
        ))}
      </ul>
      <p className="buttons">
        <button type="button" className="primary" disabled={isBusy} onClick={onYes}>
          Confirm and start
        </button>
        <button type="button" onClick={onNo}>
          Leave it
        </button>
      </p>
    </div>
  )
}

function wordOfEffect(effect: string): string {
  return Object.hasOwn(EFFECTS, effect) ? EFFECTS[effect as keyof typeof EFFECTS].word : effect
}

/** What a person gives a run of the plan: parameters that no other gate gives, and where checks connect to. */
function parametersOf({ gates }: Plan): readonly string[] {
  const names = gates.flatMap(({ parameters = [], consumes = {}, check }) => {
    const connects = check.type === 'sql' || check.type === 'promql' ? [check.connection] : []
    return [...parameters, ...connects].filter(
      (name): name is string => name !== undefined && !Object.hasOwn(consumes, name),
    )
  })
  return [...new Set(names)]
}

/** How the control plane shows a value that only the runner has. */
const MASKED = '[masked]'

function firstValues(last: RunRequest | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(last?.wish.parameters ?? {})
  return Object.fromEntries(entries.filter(([, value]) => value !== MASKED))
}

function firstSecrets(last: RunRequest | undefined): readonly string[] {
  const entries = Object.entries(last?.wish.parameters ?? {})
  return entries.filter(([, value]) => value === MASKED).map(([name]) => name)
}
