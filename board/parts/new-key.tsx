// The text of an API key that was made: shown once, to be taken along.
import type { ReactNode } from 'react'
import { CopyButton } from './copy.tsx'

interface KeyTerms {
  readonly title: string
  readonly text: string
  onTaken(): void
}

export function NewKey({ title, text, onTaken }: KeyTerms): ReactNode {
  return (
    <div className="state" role="alert">
      <h2>{title}</h2>
      <p>It is shown now and never again; nobody keeps its text.</p>
      <div className="command">
        <code>{text}</code>
        <CopyButton text={text} what="the key" />
      </div>
      <button type="button" onClick={onTaken}>
        I have it
      </button>
    </div>
  )
}
