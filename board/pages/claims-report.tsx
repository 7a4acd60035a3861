// An audited report: what speaks against it, its claims with their verdicts, and its lines with both where they stand.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { CLAIM_RULE_WORDS, CLAIM_RUNGS } from '../../src/claims/browser.ts'
import type { AnnotatedAudit } from '../../src/claims/browser.ts'
import { Choices } from '../parts/choices.tsx'
import { Mark } from '../parts/mark.tsx'
import { countOf } from '../words.ts'
import type { Tone } from '../words.ts'
import { ClaimRules, RuleLink, titleOfRule } from './claims-rules.tsx'
import { AnnotatedLine } from './claims-line.tsx'
import { VERDICT_WORDS, VERDICTS_SHOWN } from './claims-words.ts'
import type { AuditReport, Claim, ClaimFinding, ClaimVerdict } from './claims-words.ts'
import type { LineNotes } from './claims-line.tsx'

interface ReportTerms {
  readonly audit: AnnotatedAudit
  readonly name: string
}

type View = 'against' | 'claims' | 'lines'

export function ClaimsReport({ audit, name }: ReportTerms): ReactNode {
  const { report, lines } = audit
  const notes = notesByLine(report)
  const against = [...notes].filter(([, { findings }]) => findings.length > 0)
  const [view, choose] = useState<View>(against.length > 0 ? 'against' : 'claims')
  const shown =
    view === 'lines'
      ? lines.map((_, at) => at + 1)
      : (view === 'against' ? against : [...notes]).map(([line]) => line)
  return (
    <article className="claims">
      <Headline report={report} name={name} />
      <section aria-labelledby="said">
        <div className="section-head">
          <h2 id="said">What it says</h2>
          <Choices
            label="Which lines"
            chosen={view}
            onChoose={choose}
            choices={[
              ['against', `Spoken against ${against.length}`],
              ['claims', `Claims ${notes.size}`],
              ['lines', `Whole report ${lines.length}`],
            ]}
          />
        </div>
        {shown.length === 0 ? (
          <p className="soft">
            {view === 'against'
              ? 'Nothing in it speaks against its claims.'
              : 'It claims nothing that the rules know as a claim.'}
          </p>
        ) : (
          <ol className="lines">
            {shown
              .toSorted((a, b) => a - b)
              .map((line) => (
                <AnnotatedLine
                  key={line}
                  line={line}
                  text={lines[line - 1] ?? ''}
                  notes={notes.get(line)}
                />
              ))}
          </ol>
        )}
      </section>
      <Reached report={report} />
      <ClaimRules />
    </article>
  )
}

/** Claims and findings by the line of the report that they stand on. */
function notesByLine({ claims, findings }: AuditReport): ReadonlyMap<number, LineNotes> {
  const notes = new Map<number, { claims: Claim[]; findings: ClaimFinding[] }>()
  const at = (line: number): { claims: Claim[]; findings: ClaimFinding[] } => {
    const known = notes.get(line) ?? { claims: [], findings: [] }
    notes.set(line, known)
    return known
  }
  for (const claim of claims) at(claim.line).claims.push(claim)
  for (const finding of findings) at(finding.claim.line).findings.push(finding)
  return notes
}

function Headline({
  report,
  name,
}: {
  readonly report: AuditReport
  readonly name: string
}): ReactNode {
  const { findings, counts, claims, read } = report
  const errors = findings.filter(({ level }) => level === 'error')
  const spoken = new Set(errors.map(({ claim }) => `${claim.line} ${claim.text}`)).size
  const tone: Tone = spoken > 0 ? 'stop' : 'calm'
  const tripped = new Set<string>(errors.map(({ rule }) => rule))
  const rules = CLAIM_RULE_WORDS.map(({ id }) => id).filter((id) => tripped.has(id))
  return (
    <section className={`verdict-screen ${tone}`} aria-labelledby="audited">
      <div className="answer">
        <h2 id="audited">
          <Mark tone={tone}>
            {spoken > 0
              ? `${countOf(spoken, 'claim')} spoken against`
              : claims.length === 0
                ? 'No claim was found'
                : 'Nothing speaks against it'}
          </Mark>
        </h2>
        <p>
          {spoken > 0
            ? `${name} says so itself, line by line below.`
            : 'What a rule does not know it passes by: this is no proof that the report is true.'}
        </p>
        {rules.length === 0 ? null : (
          <ul>
            {rules.map((rule) => (
              <li key={rule}>
                <RuleLink rule={rule} />: {titleOfRule(rule)}
              </li>
            ))}
          </ul>
        )}
        <p className="soft">
          Read: {countOf(read.lines, 'line')}, {countOf(claims.length, 'claim')}, words of{' '}
          {read.languages.join(', ')}
          {read.isCut ? '; more claims were found than are listed' : ''}
        </p>
      </div>
      <dl className="tally">
        {VERDICTS_SHOWN.map((verdict) => (
          <Tallied key={verdict} verdict={verdict} count={counts[verdict]} />
        ))}
      </dl>
    </section>
  )
}

interface TalliedTerms {
  readonly verdict: ClaimVerdict
  readonly count: number
}

/** None of a verdict asks nothing of anybody, so it has no colour. */
function Tallied({ verdict, count }: TalliedTerms): ReactNode {
  const { word, tone, text } = VERDICT_WORDS[verdict]
  return (
    <div>
      <dt>
        <Mark tone={count === 0 ? 'calm' : tone}>{word}</Mark>
      </dt>
      <dd>
        <strong className="figure">{count}</strong>
        <span className="soft">{text}</span>
      </dd>
    </div>
  )
}

/** A rung per heading and no figure over all: a sum would hide the lowest. */
function Reached({ report }: { readonly report: AuditReport }): ReactNode {
  const { areas } = report
  if (areas.length === 0) return null
  return (
    <section aria-labelledby="reached">
      <h2 id="reached">How far each part says it has come</h2>
      <p className="soft">
        The highest rung that a claim under the heading names and nothing speaks against:{' '}
        {CLAIM_RUNGS.join(' < ')}.
      </p>
      <table className="rows">
        <caption className="unseen">Headings and the rung they reach</caption>
        <thead>
          <tr>
            <th scope="col">Heading</th>
            <th scope="col">Line</th>
            <th scope="col">Rung</th>
          </tr>
        </thead>
        <tbody>
          {areas.map(({ area, line, level }) => (
            <tr key={area}>
              <th scope="row">{area}</th>
              <td data-column="Line" className="figure">
                {line}
              </td>
              <td data-column="Rung">{CLAIM_RUNGS[level]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
