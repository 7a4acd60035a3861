// A word with its shape and its colour: the shape and the word say it where the colour is not seen.
import type { ReactNode } from 'react'
import type { Verdict } from '../answers.ts'
import { describeVerdict, toneOfStatus, wordOfStatus } from '../words.ts'
import type { Tone } from '../words.ts'

export const SHAPES: Readonly<Record<Tone, string>> = { go: '●', wait: '◐', stop: '✕', calm: '○' }

interface MarkTerms {
  readonly tone: Tone
  readonly children: ReactNode
  readonly className?: string
}

export function Mark({ tone, children, className = '' }: MarkTerms): ReactNode {
  return (
    <span className={`mark ${tone} ${className}`}>
      <span className="shape" aria-hidden="true">
        {SHAPES[tone]}
      </span>
      {children}
    </span>
  )
}

export function StatusMark({ status }: { readonly status: string }): ReactNode {
  const isRunning = status === 'RUNNING'
  return (
    <Mark tone={toneOfStatus(status)} className={isRunning ? 'running' : ''}>
      {wordOfStatus(status)}
    </Mark>
  )
}

export function VerdictMark({ value }: { readonly value: Verdict }): ReactNode {
  const { word, tone } = describeVerdict(value)
  return <Mark tone={tone}>{word}</Mark>
}
