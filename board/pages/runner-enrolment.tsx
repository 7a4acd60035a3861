// Enrols a machine: a key that opens the API to it, shown once with what is typed there; then the public half of the key it made.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { shellWordOf } from '../../src/client/index.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Command, CopyButton } from '../parts/copy.tsx'
import { runnerDesk } from '../runners-api.ts'

const NAME_LIMIT_LENGTH = 90

export function RunnerEnrolment({ onPress }: { onPress(): void }): ReactNode {
  const [name, call] = useState('')
  const [places, set] = useState('staging')
  const [key, show] = useState<string>()
  const named = name.trim()
  const environments = places
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  return (
    <section aria-labelledby="enrol">
      <h2 id="enrol">Enrol a runner</h2>
      <p>
        A machine makes its own signing key, which never leaves it. An admin opens the API to it and
        then says that its key counts.
      </p>
      <ol className="enrol">
        <li>
          <MakeKey
            {...{ name, call, places, set }}
            onMake={async () => show((await runnerDesk.makeKey(named, environments)).key)}
          />
          {key === undefined ? null : (
            <ShownKey key={key} text={key} name={named} onDone={() => show(undefined)} />
          )}
        </li>
        <li>
          <EnrolKey name={named} onPress={onPress} />
        </li>
        <li>
          <h3>Have it wait</h3>
          <p>On the machine, where it stays until it is ended:</p>
          <Command text={startCommand(named, environments)} />
        </li>
      </ol>
    </section>
  )
}

interface MakeTerms {
  readonly name: string
  readonly places: string
  call(name: string): void
  set(places: string): void
  onMake(): Promise<void>
}

function MakeKey({ name, call, places, set, onMake }: MakeTerms): ReactNode {
  const act = useAct()
  return (
    <>
      <h3>Open the API to the machine</h3>
      <form
        className="filter"
        onSubmit={(event) => {
          event.preventDefault()
          act.run(async () => {
            await onMake()
            return undefined
          })
        }}
      >
        <label>
          Name of the runner
          <input
            name="runner"
            value={name}
            required
            maxLength={NAME_LIMIT_LENGTH}
            onChange={(event) => call(event.target.value)}
          />
        </label>
        <label>
          Environments, with commas
          <input
            name="environments"
            value={places}
            required
            maxLength={500}
            onChange={(event) => set(event.target.value)}
          />
        </label>
        <button type="submit" disabled={act.isBusy}>
          Make its API key
        </button>
      </form>
      <ActNote act={act} />
    </>
  )
}

interface ShownTerms {
  readonly text: string
  readonly name: string
  onDone(): void
}

function ShownKey({ text, name, onDone }: ShownTerms): ReactNode {
  return (
    <div className="state" role="alert">
      <h4>The key of {name}’s machine</h4>
      <p>It is shown now and never again; nobody keeps its text. It ends after 90 days.</p>
      <div className="command">
        <code>{text}</code>
        <CopyButton text={text} what="the key" />
      </div>
      <p>Type this on the machine:</p>
      <Command text={`export SEAWORTHY_URL=${location.origin} SEAWORTHY_KEY=${text}`} />
      <Command text={`npx seaworthy runner enrol ${shellWordOf(name)}`} />
      <p className="soft">
        It makes the signing key there, and answers with a line that ends in its public half. The
        next step takes that line.
      </p>
      <button type="button" onClick={onDone}>
        I have it
      </button>
    </div>
  )
}

function EnrolKey({ name, onPress }: { readonly name: string; onPress(): void }): ReactNode {
  const [line, say] = useState('')
  const act = useAct()
  const enrol = (): void =>
    act.run(async () => {
      const enrolled = await runnerDesk.enrol(name, publicKeyIn(line))
      say('')
      onPress()
      return `${enrolled.displayName} is enrolled as ${enrolled.id}.`
    })
  return (
    <>
      <h3>Say that its key counts</h3>
      <form
        className="filter"
        onSubmit={(event) => {
          event.preventDefault()
          enrol()
        }}
      >
        <label className="wide">
          The line that the machine answered, or the public key in it
          <input
            name="public-key"
            value={line}
            required
            maxLength={2_000}
            onChange={(event) => say(event.target.value)}
          />
        </label>
        <button type="submit" disabled={act.isBusy || name === ''}>
          Enrol {name === '' ? 'the runner' : name}
        </button>
      </form>
      {name === '' ? <p className="soft">Name the runner above first.</p> : null}
      <ActNote act={act} />
    </>
  )
}

/** Of a whole line of the command, what follows `--public-key`; else all of it. */
function publicKeyIn(line: string): string {
  return /--public-key[= ]'?([A-Za-z0-9+/=]+)/.exec(line)?.[1] ?? line.trim()
}

function startCommand(name: string, environments: readonly string[]): string {
  const where = environments.map((each) => ` --environment ${shellWordOf(each)}`).join('')
  return `npx seaworthy runner start${where} --runner ${shellWordOf(name === '' ? 'NAME' : name)}`
}
