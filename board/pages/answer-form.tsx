// A person's answer to a gate that asks somebody: whether it holds, what they looked at, and the press that signs it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { shellWordOf } from '../../src/client/index.ts'
import { api } from '../api.ts'
import type { PlanGate, Who } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import type { OwnKey } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Choices } from '../parts/choices.tsx'
import { Command } from '../parts/copy.tsx'
import { addressOfForm, formOfGate, FormPlace } from '../parts/form-place.tsx'
import { SignsAs } from '../parts/signs-as.tsx'
import { Loaded } from '../parts/state.tsx'
import { WordForm } from '../parts/word-form.tsx'
import { useSession } from '../session.ts'
import { answerGate, KEY_OVER } from '../signing.ts'
import { useTyped } from '../typed.ts'
import { wordOfStatus } from '../words.ts'
import { WithKey } from './with-key.tsx'

/** Also how soon somebody reads that their proof has grown old. */
const WHO_MS = 20_000
const NOTE_LIMIT_LENGTH = 2_000

const WORDS = { yes: 'Sign that it holds', no: 'Sign that it does not hold' } as const

export interface AnsweredRun {
  readonly runId: string
  readonly planHash: `sha256:${string}`
}

interface AnswerTerms {
  readonly gate: PlanGate
  readonly run: AnsweredRun
}

export function AnswerSection({ gate, run }: AnswerTerms): ReactNode {
  const { person } = useSession()
  const command = `npx seaworthy answer ${shellWordOf(gate.id)} --as YOU --yes --comment "what you looked at"`
  return (
    <FormPlace form={formOfGate(gate.id)} labelledBy={`answer-${gate.id}`}>
      <h4 id={`answer-${gate.id}`}>Your answer</h4>
      {person === undefined ? (
        <>
          <p className="soft">
            People who signed in answer here. Everybody else answers with their own key:
          </p>
          <Command text={command} />
        </>
      ) : (
        <OwnAnswer key={person.id} gate={gate} run={run} command={command} />
      )}
    </FormPlace>
  )
}

function OwnAnswer({ gate, run, command }: AnswerTerms & { readonly command: string }): ReactNode {
  const [changeCount, count] = useState(0)
  const who = useLive('who', api.who, WHO_MS, changeCount)
  const onKey = (): void => count((before) => before + 1)
  return (
    <Loaded live={who} what="who you are">
      {(person) => (
        <WithKey who={person} command={command} changeCount={changeCount} onKey={onKey}>
          {(ownKey) => (
            <AnswerForm key={run.runId} who={person} {...{ gate, run, ownKey, onKey }} />
          )}
        </WithKey>
      )}
    </Loaded>
  )
}

interface FormTerms extends AnswerTerms {
  readonly who: Who
  /** That this browser holds; undefined where one is made. */
  readonly ownKey: OwnKey | undefined
  /** A key was made, or turned out to be over, or another one than was shown. */
  onKey(): void
}

interface TypedAnswer {
  /** Nothing is chosen for anybody. */
  readonly holds: 'yes' | 'no' | undefined
  readonly note: string
  readonly slots: Readonly<Record<string, string>>
}

const NOTHING_TYPED: TypedAnswer = { holds: undefined, note: '', slots: {} }

function AnswerForm({ who, gate, run, ownKey, onKey }: FormTerms): ReactNode {
  const act = useAct()
  const form = `answer ${run.runId} ${gate.id}`
  const typed = useTyped<TypedAnswer>({ who, form }, NOTHING_TYPED)
  const { holds, note, slots } = typed.words
  const given = Object.entries(slots).filter(([, value]) => value.trim() !== '')
  const isYes = holds === 'yes'
  const to = addressOfForm(formOfGate(gate.id))
  const sign = async (): Promise<string> => {
    try {
      const wish = { answer: isYes, note: note.trim(), slots: Object.fromEntries(given) }
      const { status, reason } = await answerGate({ who, ownKey }, { ...run, gate, ...wish })
      typed.forget()
      onKey()
      return `Recorded: ${wordOfStatus(status)}, ${reason}.`
    } catch (thrown) {
      if (KEY_OVER.includes(faultOf(thrown).code)) onKey()
      throw thrown
    }
  }
  return (
    <WordForm onSign={() => act.run(sign)}>
      <Choices
        label="Your answer"
        chosen={holds}
        choices={[
          ['yes', 'It holds'],
          ['no', 'It does not hold'],
        ]}
        onChoose={(next) => typed.type({ ...typed.words, holds: next })}
      />
      <Slots
        gate={gate}
        values={slots}
        onValue={(id, value) => typed.type({ ...typed.words, slots: { ...slots, [id]: value } })}
      />
      <label>
        {holds === 'no' ? 'What is missing' : 'What you looked at'}
        <textarea
          name="note"
          rows={2}
          required={holds === 'no'}
          maxLength={NOTE_LIMIT_LENGTH}
          value={note}
          onChange={({ target }) => typed.type({ ...typed.words, note: target.value })}
        />
        <span className="soft">It is signed too, and goes wherever the bundle goes.</span>
      </label>
      <SignsAs {...{ who, ownKey, act, to }} />
      <p>
        <button type="submit" className="primary" disabled={act.isBusy || holds === undefined}>
          {holds === undefined ? 'Say first whether it holds' : WORDS[holds]}
        </button>
      </p>
      <ActNote act={act} to={to} />
    </WordForm>
  )
}

interface SlotsTerms {
  readonly gate: PlanGate
  readonly values: Readonly<Record<string, string>>
  onValue(id: string, value: string): void
}

/** Blanks of the checklist that the answer fills. */
function Slots({ gate, values, onValue }: SlotsTerms): ReactNode {
  return gate.slots.map(({ id, label, unit }) => (
    <label key={id}>
      {label === '' ? 'Value' : label}
      {unit === undefined ? '' : ` in ${unit}`}
      <input
        name={`slot-${id}`}
        value={values[id] ?? ''}
        maxLength={NOTE_LIMIT_LENGTH}
        onChange={({ target }) => onValue(id, target.value)}
      />
    </label>
  ))
}
