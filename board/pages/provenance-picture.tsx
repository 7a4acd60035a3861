// The picture of a release's provenance: what the verdict rests on, from left to right, and where that breaks.
import type { ReactNode } from 'react'
import type { Provenance } from '../provenance-answers.ts'
import { BOX_HEIGHT, COLUMNS, HEAD_HEIGHT, layOut, WIDTH } from '../provenance-layout.ts'
import type { Bond, Row } from '../provenance-layout.ts'
import { addressOf, Link } from '../routes.tsx'
import { describeVerdict, shortDigest } from '../words.ts'
import { SectionBox } from './provenance-section.tsx'

const HEADS = {
  release: 'Verdict',
  section: 'Gates by section',
  evidence: 'Evidence',
  statements: 'Statements',
  entries: 'Ledger',
  checkpoint: 'Checkpoint',
} as const satisfies Readonly<Record<keyof typeof COLUMNS, string>>

/** Trunks from which the rows branch off, halfway between their columns. */
const LEFT_TRUNK_X = 196
const RIGHT_TRUNK_X = 1_000
const NODE_HEIGHT = 28
/** Lines run through the middle of the boxes. */
const MIDDLE = BOX_HEIGHT / 2

export function ProvenancePicture({ provenance }: { readonly provenance: Provenance }): ReactNode {
  const { height, rows } = layOut(provenance)
  const last = rows.at(-1)
  const fromY = HEAD_HEIGHT + MIDDLE
  const toY = (last?.y ?? HEAD_HEIGHT) + MIDDLE
  const lastRecorded = rows.findLast(({ statements }) => statements !== 'none')
  return (
    <svg
      className="provenance-picture"
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="group"
      aria-label="What the verdict rests on; the list below says the same"
    >
      {Object.entries(COLUMNS).map(([name, { x }]) => (
        <text key={name} x={x} y={16} className="column">
          {HEADS[name as keyof typeof HEADS]}
        </text>
      ))}
      <path className="line" d={`M${LEFT_TRUNK_X} ${fromY}V${toY}`} />
      <Line from={endOf('release')} to={LEFT_TRUNK_X} y={fromY} />
      {lastRecorded === undefined ? null : (
        <>
          <path className="line" d={`M${RIGHT_TRUNK_X} ${fromY}V${lastRecorded.y + MIDDLE}`} />
          <Line from={RIGHT_TRUNK_X} to={COLUMNS.checkpoint.x} y={fromY} />
        </>
      )}
      <VerdictBox provenance={provenance} />
      {rows.map((row) => (
        <RowOfPicture key={`${row.y}`} row={row} />
      ))}
      <CheckpointBox provenance={provenance} />
    </svg>
  )
}

function endOf(column: keyof typeof COLUMNS): number {
  return COLUMNS[column].x + COLUMNS[column].width
}

interface LineTerms {
  readonly from: number
  readonly to: number
  readonly y: number
  readonly bond?: Bond
}

function Line({ from, to, y, bond = { tone: 'calm' } }: LineTerms): ReactNode {
  return (
    <>
      <path className={`line ${bond.tone}`} d={`M${from} ${y}H${to}`} />
      {bond.word === undefined ? null : (
        <text x={(from + to) / 2} y={y - 6} className={`word ${bond.tone}`}>
          {bond.word}
        </text>
      )}
    </>
  )
}

function VerdictBox({ provenance }: { readonly provenance: Provenance }): ReactNode {
  const { x, width } = COLUMNS.release
  const { word, tone } = describeVerdict(provenance.verdict.value)
  const { reasonCount } = provenance.verdict
  return (
    <g>
      <rect x={x} y={HEAD_HEIGHT} width={width} height={BOX_HEIGHT} className="box" />
      <rect x={x} y={HEAD_HEIGHT} width={4} height={BOX_HEIGHT} className={`fill ${tone}`} />
      <text x={x + 16} y={HEAD_HEIGHT + 20} className={`strong ${tone}`}>
        {word}
      </text>
      <text x={x + 16} y={HEAD_HEIGHT + 38} className="small">
        {reasonCount === 0 ? 'nothing against it' : `${reasonCount} against it`}
      </text>
    </g>
  )
}

function CheckpointBox({
  provenance: { checkpoint },
}: {
  readonly provenance: Provenance
}): ReactNode {
  const { x, width } = COLUMNS.checkpoint
  const box = (
    <rect
      x={x}
      y={HEAD_HEIGHT}
      width={width}
      height={BOX_HEIGHT}
      className={`box ${checkpoint === null ? 'absent' : ''}`}
    />
  )
  if (checkpoint === null)
    return (
      <g>
        {box}
        <text x={x + 12} y={HEAD_HEIGHT + 29} className="small">
          none signed
        </text>
      </g>
    )
  return (
    <Link to="/ledger">
      {box}
      <text x={x + 12} y={HEAD_HEIGHT + 20} className="strong">
        {checkpoint.size}
      </text>
      <text x={x + 12} y={HEAD_HEIGHT + 38} className="small">
        entries
      </text>
    </Link>
  )
}

function RowOfPicture({ row }: { readonly row: Row }): ReactNode {
  const y = row.y + MIDDLE
  return (
    <g>
      <Line from={LEFT_TRUNK_X} to={COLUMNS.section.x} y={y} bond={{ tone: row.tone }} />
      {row.evidence === undefined ? null : (
        <>
          <Line from={endOf('section')} to={COLUMNS.evidence.x} y={y} bond={row.toEvidence} />
          <CountNode column="evidence" y={y} text={row.evidence} />
        </>
      )}
      {row.statements === 'none' ? null : <RecordOfRow row={row} y={y} />}
      <SectionBox row={row} />
    </g>
  )
}

/** From the statements on; where there are none, the row ends before. */
function RecordOfRow({ row, y }: { readonly row: Row; readonly y: number }): ReactNode {
  const before = row.evidence === undefined ? 'section' : 'evidence'
  return (
    <>
      <Line from={endOf(before)} to={COLUMNS.statements.x} y={y} />
      <CountNode
        column="statements"
        y={y}
        text={row.statements}
        link={row.statement && [addressOf('evidence', row.statement), '1 signed statement']}
      />
      <Line from={endOf('statements')} to={COLUMNS.entries.x} y={y} bond={row.toEntries} />
      <CountNode
        column="entries"
        y={y}
        text={row.entries}
        link={
          row.firstEntry === undefined
            ? undefined
            : [addressOf('ledger', row.firstEntry), `${row.entries} of the ledger`]
        }
      />
      <Line
        from={endOf('entries')}
        to={RIGHT_TRUNK_X}
        y={y}
        bond={{ tone: row.toCheckpoint.tone }}
      />
      {row.toCheckpoint.word === undefined ? null : (
        <text
          x={COLUMNS.entries.x + COLUMNS.entries.width / 2}
          y={y + 28}
          className={`word ${row.toCheckpoint.tone}`}
        >
          {row.toCheckpoint.word}
        </text>
      )}
    </>
  )
}

interface CountTerms {
  readonly column: 'evidence' | 'statements' | 'entries'
  readonly y: number
  readonly text: string
  /** Where it leads, and what is there. */
  readonly link?: readonly [string, string] | '' | undefined
}

function CountNode({ column, y, text, link }: CountTerms): ReactNode {
  const { x, width } = COLUMNS[column]
  const node = (
    <>
      <rect
        x={x}
        y={y - NODE_HEIGHT / 2}
        width={width}
        height={NODE_HEIGHT}
        rx={NODE_HEIGHT / 2}
        className={`box ${text === 'none' ? 'absent' : ''}`}
      />
      <text x={x + width / 2} y={y + 5} className="count">
        {text}
      </text>
    </>
  )
  if (link === undefined || link === '') return node
  const [to, label] = link
  return (
    <Link to={to} aria-label={label}>
      {node}
    </Link>
  )
}

/** The artefacts that all of it is about. */
export function Artefacts({ artefacts }: Pick<Provenance, 'artefacts'>): ReactNode {
  return (
    <p className="soft">
      about{' '}
      {artefacts.map(({ name, digest }, index) => (
        <span key={name}>
          {index === 0 ? '' : ', '}
          {name} <code title={digest}>{shortDigest(digest)}</code>
        </span>
      ))}
    </p>
  )
}
