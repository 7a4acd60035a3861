// The provenance of a release as a nested list: what the picture shows, for keyboards, screen readers and narrow screens.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import { faultOf } from '../board-fault.ts'
import type { Fault } from '../board-fault.ts'
import { EvidenceLink } from '../parts/digest.tsx'
import { StatusMark, VerdictMark } from '../parts/mark.tsx'
import { FaultNote } from '../parts/state.tsx'
import type {
  GraphGate,
  GraphSection,
  Provenance,
  RecordedStatement,
} from '../provenance-answers.ts'
import { spanText } from '../provenance-layout.ts'
import { addressOf, Link } from '../routes.tsx'
import { countOf } from '../words.ts'

export function ProvenanceList({ provenance }: { readonly provenance: Provenance }): ReactNode {
  const { verdict, sections, signOffRoles, signOffs, decision, checkpoint } = provenance
  return (
    <ul className="provenance-list">
      <li>
        Verdict: <VerdictMark value={verdict.value} />,{' '}
        {verdict.reasonCount === 0 ? 'nothing against it' : `${verdict.reasonCount} against it`}
        <ul>
          {sections.map((section) => (
            <SectionItem key={section.title} provenance={provenance} section={section} />
          ))}
          <li>
            Sign-offs: {signOffs.totalCount === 0 ? 'nobody has signed' : signOffs.totalCount}
            {signOffRoles.length === 0
              ? ', the plan asks for none'
              : `, asked of ${signOffRoles.map(({ role }) => role).join(', ')}`}
            <ul>
              {signOffs.nodes.map((each) => (
                <li key={each.statement.digest}>
                  {each.role}: {each.decision.toLowerCase()} by {each.displayName ?? each.principal}
                  , <Recorded statement={each.statement} />
                </li>
              ))}
            </ul>
          </li>
          {decision === null ? null : (
            <li>
              Newest decision: <VerdictMark value={decision.value} />,{' '}
              <Recorded statement={decision.statement} />
            </li>
          )}
        </ul>
      </li>
      <li>
        {checkpoint === null ? (
          'No checkpoint of the ledger was signed.'
        ) : (
          <>
            Checkpoint: the first {countOf(checkpoint.size, 'entry', 'entries')} of the{' '}
            <Link to="/ledger">ledger</Link> are signed.
          </>
        )}
      </li>
    </ul>
  )
}

/** The statement, and where the ledger holds it. */
function Recorded({ statement }: { readonly statement: RecordedStatement }): ReactNode {
  const { digest, entry } = statement
  return (
    <>
      <EvidenceLink digest={digest} label="signed statement" />,{' '}
      {entry === null ? (
        <strong className="stop">in no entry of the ledger</strong>
      ) : (
        <Link to={addressOf('ledger', entry.seq)}>entry {entry.seq}</Link>
      )}
      {entry?.isCovered === false ? ', behind no checkpoint yet' : null}
    </>
  )
}

interface SectionTerms {
  readonly provenance: Provenance
  readonly section: GraphSection
}

function SectionItem({ provenance, section }: SectionTerms): ReactNode {
  const { title, gateCount, evidenceCount, statementCount, unrecordedCount, brokenCount } = section
  const { broken, entries } = section
  return (
    <li>
      <strong>{title === '' ? 'Without a section' : title}</strong>: {countOf(gateCount, 'gate')},{' '}
      {brokenCount === 0 ? 'none breaks' : `${brokenCount} of them open`}
      <ul>
        {broken.map((gate) => (
          <GateItem key={gate.gate} gate={gate} />
        ))}
        <li>
          {statementCount === 0
            ? 'No evidence'
            : `${countOf(evidenceCount, 'piece', 'pieces')} of evidence, ${countOf(statementCount, 'signed statement')}`}
          {entries === null ? null : (
            <>
              , <Link to={addressOf('ledger', entries.first)}>entries {spanText(entries)}</Link>
            </>
          )}
          {unrecordedCount === 0 ? null : `, ${countOf(unrecordedCount, 'gate')} without any`}
          {entries === null || entries.missingCount === 0 ? null : (
            <strong className="stop">, {entries.missingCount} in no entry of the ledger</strong>
          )}
          {entries === null || entries.uncoveredCount === 0
            ? null
            : `, ${entries.uncoveredCount} behind no checkpoint yet`}
        </li>
        <li className="bare">
          <AllGates provenance={provenance} section={title} />
        </li>
      </ul>
    </li>
  )
}

function GateItem({ gate }: { readonly gate: GraphGate }): ReactNode {
  return (
    <li>
      <StatusMark status={gate.status} /> {gate.title}: {gate.reason}
      {gate.statement === null ? null : (
        <>
          {' '}
          (<Recorded statement={gate.statement} />)
        </>
      )}
      {gate.objections.map(({ rule, flip }) => (
        <p key={rule + flip} className="soft">
          To flip it: {flip}
        </p>
      ))}
    </li>
  )
}

interface GatesTerms {
  readonly provenance: Provenance
  readonly section: string
}

/** The gates of a section are asked for when somebody wants them, a hundred at a time. */
function AllGates({ provenance, section }: GatesTerms): ReactNode {
  const [gates, show] = useState<readonly GraphGate[]>([])
  const [next, goOnAt] = useState<string | null | undefined>(undefined)
  const [fault, tell] = useState<Fault>()
  const [isAsking, ask] = useState(false)
  const more = async (): Promise<void> => {
    ask(true)
    try {
      const page = await api.sectionGates(provenance, section, next ?? null)
      const { nodes, pageInfo } = page.gates
      show([...gates, ...nodes])
      goOnAt(pageInfo.hasNextPage ? pageInfo.endCursor : null)
      tell(undefined)
    } catch (thrown) {
      tell(faultOf(thrown))
    } finally {
      ask(false)
    }
  }
  return (
    <>
      {gates.length === 0 ? null : (
        <ul>
          {gates.map((gate) => (
            <GateItem key={gate.gate} gate={gate} />
          ))}
        </ul>
      )}
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {next === null ? null : (
        <button
          type="button"
          className="quiet"
          disabled={isAsking}
          onClick={() => void more().catch(reportError)}
        >
          {gates.length === 0 ? 'Show all its gates' : 'Show more of its gates'}
        </button>
      )}
    </>
  )
}
