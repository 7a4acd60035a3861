// API keys: role, environments, last use; a successor whose text is shown once, and an end with a reason.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { ApiKey } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import type { Act } from '../parts/act.tsx'
import { Command } from '../parts/copy.tsx'
import { Ending } from '../parts/ending.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { NewKey } from '../parts/new-key.tsx'
import { Loaded } from '../parts/state.tsx'
import { serverNow } from '../reach.ts'
import { toldOfFacts } from '../rhythms.ts'
import { settings } from '../settings-api.ts'
import type { Reader } from '../settings-api.ts'

const REFRESH_MS = 10_000

export function ApiKeys(): ReactNode {
  const act = useAct()
  const [issued, show] = useState<{ readonly name: string; readonly text: string }>()
  const keys = useLive('api-keys', operations.apiKeys, toldOfFacts(REFRESH_MS, 'api-key'), act.done)
  const reader = useLive('settings reader', settings.reader)
  const rotate = ({ id, name }: ApiKey): void =>
    act.run(async () => {
      const made = await operations.rotateKey(id)
      show({ name: made.name, text: made.key })
      return `${name} has a successor; the old key goes on for a day.`
    })
  return (
    <section aria-labelledby="api-keys">
      <h2 id="api-keys">API keys</h2>
      {issued === undefined ? null : (
        <NewKey
          title={`The new key of ${issued.name}`}
          text={issued.text}
          onTaken={() => show(undefined)}
        />
      )}
      <ActNote act={act} />
      <Loaded live={keys} what="the keys">
        {(all) =>
          all.length === 0 ? (
            <>
              <p className="soft">No key was made; this server is opened with its own.</p>
              <Command text="npx seaworthy api-key create ci --role developer --environment staging" />
            </>
          ) : (
            <KeyTable keys={all} reader={reader.value} act={act} onRotate={rotate} />
          )
        }
      </Loaded>
    </section>
  )
}

interface KeyTerms {
  readonly keys: readonly ApiKey[]
  /** Undefined while it is not known who reads. */
  readonly reader: Reader | undefined
  readonly act: Act
  onRotate(key: ApiKey): void
}

function KeyTable({ keys, reader, act, onRotate }: KeyTerms): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">API keys</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">May</th>
          <th scope="col">Last used</th>
          <th scope="col">State</th>
          <th scope="col">Do</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row">
              {key.name} <span className="code">{key.id}</span>
            </th>
            <td data-column="May">
              <span>
                {key.role}{' '}
                <span className="soft">
                  {key.environments === null ? 'everywhere' : `in ${key.environments.join(', ')}`}
                </span>
              </span>
            </td>
            <td data-column="Last used">
              {key.lastUsedAt === null ? (
                <span className="soft">never</span>
              ) : (
                <Moment at={key.lastUsedAt} />
              )}
            </td>
            <td data-column="State">
              <KeyState apiKey={key} />
            </td>
            <td data-column="Do">
              {key.revokedAt === undefined ? (
                <KeyButtons apiKey={key} reader={reader} act={act} onRotate={onRotate} />
              ) : (
                <span className="soft">nothing</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function KeyState({ apiKey: { revokedAt, expiresAt } }: { readonly apiKey: ApiKey }): ReactNode {
  if (revokedAt !== undefined)
    return (
      <Mark tone="calm">
        <span>
          Revoked <Moment at={revokedAt} />
        </span>
      </Mark>
    )
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= serverNow()
  return (
    <Mark tone={isOver ? 'calm' : 'go'}>
      <span>
        {isOver ? 'Ended' : 'Opens'}{' '}
        {expiresAt === null ? (
          'without an end'
        ) : (
          <>
            {isOver ? '' : 'until '}
            <Moment at={expiresAt} />
          </>
        )}
      </span>
    </Mark>
  )
}

interface ButtonTerms {
  readonly apiKey: ApiKey
  readonly reader: Reader | undefined
  readonly act: Act
  onRotate(key: ApiKey): void
}

function KeyButtons({ apiKey, reader, act, onRotate }: ButtonTerms): ReactNode {
  const { id, name } = apiKey
  const revoke = (reason: string): void =>
    act.run(async () => {
      await operations.revokeKey(id, reason)
      return `${name} opens nothing any more.`
    })
  return (
    <Ending what={`${name} ${id}`} isBusy={act.isBusy} onEnd={revoke}>
      {reader === undefined ? null : mayRotate(apiKey, reader) ? (
        <button
          type="button"
          disabled={act.isBusy}
          aria-label={`Rotate ${name} ${id}`}
          onClick={() => onRotate(apiKey)}
        >
          Rotate
        </button>
      ) : (
        <span className="soft">only its holder rotates it</span>
      )}
    </Ending>
  )
}

/** Whoever rotates a key has its successor: that of another admin would make one person two. */
function mayRotate({ id, role }: ApiKey, reader: Reader): boolean {
  return role !== 'admin' || reader.credential === 'operator' || reader.id === `key-${id}`
}
