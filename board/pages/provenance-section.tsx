// One section in the picture of a release's provenance: its box, how its gates stand, and the open ones below.
import type { ReactNode } from 'react'
import { SHAPES } from '../parts/mark.tsx'
import type { GraphGate } from '../provenance-answers.ts'
import { BOX_HEIGHT, COLUMNS, fitting, GATE_HEIGHT } from '../provenance-layout.ts'
import type { Row } from '../provenance-layout.ts'
import { addressOf, Link } from '../routes.tsx'
import { toneOfStatus, wordOfStatus } from '../words.ts'

/** Letters that fit into the box, and below it. */
const TITLE_LIMIT = 34
const GATE_LIMIT = 38

export function SectionBox({ row }: { readonly row: Row }): ReactNode {
  const { x, width } = COLUMNS.section
  const below = row.y + BOX_HEIGHT + 4
  return (
    <>
      <rect x={x} y={row.y} width={width} height={BOX_HEIGHT} className="box" />
      <text x={x + 12} y={row.y + 19} className="strong">
        {fitting(row.title, TITLE_LIMIT)}
        <title>{row.title}</title>
      </text>
      <text x={x + 12} y={row.y + 36} className="small">
        {row.text}
      </text>
      <ShareBar row={row} />
      {row.broken.map((gate, index) => (
        <GateLine key={gate.gate} gate={gate} y={below + (index + 1) * GATE_HEIGHT - 6} />
      ))}
      {row.moreCount === 0 ? null : (
        <text x={x + 32} y={below + (row.broken.length + 1) * GATE_HEIGHT - 6} className="small">
          and {row.moreCount} more, in the list below
        </text>
      )}
    </>
  )
}

/** How many gates of the section are in which state, as parts of its lower edge. */
function ShareBar({ row: { y, shares } }: { readonly row: Row }): ReactNode {
  const { x, width } = COLUMNS.section
  const total = shares.reduce((sum, { count }) => sum + count, 0)
  let from = x
  return shares.map(({ tone, count }) => {
    const part = { x: from, width: (width * count) / total }
    from += part.width
    return (
      <rect key={tone} {...part} y={y + BOX_HEIGHT - 4} height={4} className={`fill ${tone}`} />
    )
  })
}

/** Leads to the statement that the status rests on, or to the gate where nothing was recorded. */
function GateLine({ gate, y }: { readonly gate: GraphGate; readonly y: number }): ReactNode {
  const { x, width } = COLUMNS.section
  const tone = toneOfStatus(gate.status)
  const status = wordOfStatus(gate.status)
  const words = (
    <>
      <text x={x + 12} y={y} className={`mark-shape ${tone}`} aria-hidden="true">
        {SHAPES[tone]}
      </text>
      <text x={x + 32} y={y} className="gate">
        {fitting(gate.title, GATE_LIMIT)}
      </text>
      <text x={x + width} y={y} className={`status ${tone}`}>
        {status}
      </text>
    </>
  )
  if (gate.statement === null) return <a href={`#gate-${gate.gate}`}>{words}</a>
  return <Link to={addressOf('evidence', gate.statement.digest)}>{words}</Link>
}
