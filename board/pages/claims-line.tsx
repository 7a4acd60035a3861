// One line of an audited report with the verdicts of its claims, and below it what speaks against them, both quoted.
import { memo } from 'react'
import type { ReactNode } from 'react'
import { Mark } from '../parts/mark.tsx'
import { RuleLink, titleOfRule } from './claims-rules.tsx'
import { VERDICT_WORDS } from './claims-words.ts'
import type { Claim, ClaimFinding } from './claims-words.ts'

export interface LineNotes {
  readonly claims: readonly Claim[]
  readonly findings: readonly ClaimFinding[]
}

interface LineTerms {
  readonly line: number
  readonly text: string
  readonly notes: LineNotes | undefined
}

/** Lines without an end are cut: the file has them whole. */
const LINE_LIMIT_CHARACTERS = 1_000

export const AnnotatedLine = memo(({ line, text, notes }: LineTerms): ReactNode => {
  const verdicts = [...new Set(notes?.claims.map(({ verdict }) => verdict))]
  return (
    <li id={`line-${line}`} className={notes === undefined ? 'plain' : 'noted'}>
      <span className="line-number figure">{line}</span>
      <div>
        <code className="line-text">{text.slice(0, LINE_LIMIT_CHARACTERS)}</code>
        {verdicts.map((verdict) => (
          <Mark key={verdict} tone={VERDICT_WORDS[verdict].tone} className="line-verdict">
            {VERDICT_WORDS[verdict].word}
          </Mark>
        ))}
        {notes?.findings.map((finding, at) => (
          <Against key={at} finding={finding} />
        ))}
      </div>
    </li>
  )
})

function Against({ finding }: { readonly finding: ClaimFinding }): ReactNode {
  const { rule, level, verdict, message, claim, against, also } = finding
  const isSame = against.line === claim.line && against.document === undefined
  return (
    <div className={level === 'error' ? 'against' : 'against note'}>
      <p>
        {level === 'error' ? (
          <Mark tone={VERDICT_WORDS[verdict].tone}>{VERDICT_WORDS[verdict].word}</Mark>
        ) : (
          <Mark tone="calm">Note</Mark>
        )}{' '}
        {message}.
      </p>
      {isSame ? null : <Place word="Against" quote={against} />}
      <p className="soft">
        {also.length === 0 ? '' : `Also ${also.map(placeText).join(', ')}. `}
        <RuleLink rule={rule} />: {titleOfRule(rule)}
      </p>
    </div>
  )
}

function Place({
  word,
  quote,
}: {
  readonly word: string
  readonly quote: ClaimFinding['against']
}): ReactNode {
  return (
    <p className="place">
      <span className="soft figure">
        {word}, {placeText(quote)}
      </span>
      <q>{quote.text}</q>
    </p>
  )
}

function placeText({ line, document }: ClaimFinding['against']): string {
  return document === undefined ? `line ${line}` : `${document} line ${line}`
}
