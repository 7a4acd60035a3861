// One line of an imported checklist as its bytes have it, with what became of it and what is said of it.
import { memo } from 'react'
import type { ReactNode } from 'react'
import { beginningOf, fateOf, seenText } from '../import-words.ts'
import type { LineFacts, ReadingView } from '../import-words.ts'
import { Mark } from '../parts/mark.tsx'
import type { Finding, ImportedGate } from '../plan-answers.ts'
import { EFFECTS } from '../words.ts'

interface LineTerms {
  readonly line: number
  readonly text: string
  readonly facts: LineFacts | undefined
  readonly view: ReadingView
}

/** Lines without an end are cut: the file has them whole. */
const LINE_LIMIT_CHARACTERS = 500

export const LEVEL_TONES = { error: 'stop', warning: 'wait', note: 'calm' } as const

export const ImportLine = memo(({ line, text, facts, view }: LineTerms): ReactNode => {
  const isSaid = (kind: 'notes' | 'lint'): boolean => view === kind || view === 'lines'
  return (
    <li className={facts === undefined ? 'plain' : 'noted'}>
      <span className="line-number figure">
        <span className="unseen">line </span>
        {line}
      </span>
      <div>
        {view === 'gates'
          ? facts?.gates.map(({ id, title }) => (
              <p key={id} className="read-as">
                {seenText(beginningOf(title, LINE_LIMIT_CHARACTERS))}
              </p>
            ))
          : null}
        <code className={view === 'gates' ? 'line-text soft' : 'line-text'}>
          {seenText(beginningOf(text, LINE_LIMIT_CHARACTERS))}
        </code>
        {facts?.gates.map((gate) => (
          <Fate key={gate.id} gate={gate} />
        ))}
        {isSaid('notes') ? <Findings all={facts?.notes ?? []} /> : null}
        {isSaid('lint') ? <Findings all={facts?.lint ?? []} /> : null}
      </div>
    </li>
  )
})

function Fate({ gate }: { readonly gate: ImportedGate }): ReactNode {
  const effect = EFFECTS[gate.effect]
  const { owner, section, severity, checked, holes } = gate
  return (
    <p className="fate">
      {gate.check === 'manual' ? (
        <Mark tone="calm">{fateOf(gate)}</Mark>
      ) : (
        <Mark tone={effect.tone}>
          {fateOf(gate)}, {effect.word}
        </Mark>
      )}
      {severity === 'required' ? null : <span className="tag">{severity}</span>}
      {owner === undefined ? null : <span className="tag">{owner}</span>}
      {checked ? <span className="tag">was ticked, does not count</span> : null}
      {holes.length === 0 ? null : <span className="tag">{`to fill in: ${holes.join(', ')}`}</span>}
      {section === '' ? null : <span className="under soft">{section}</span>}
    </p>
  )
}

function Findings({ all }: { readonly all: readonly Finding[] }): ReactNode {
  return all.map(({ rule, level, column, message, fix }, at) => (
    <div key={at} className={level === 'error' ? 'against' : 'against note'}>
      <p>
        <Mark tone={LEVEL_TONES[level]}>{level}</Mark>{' '}
        <span className="soft figure">column {column}</span> {message}
      </p>
      <p className="soft">
        {fix} <code>{rule}</code>
      </p>
    </div>
  ))
}
