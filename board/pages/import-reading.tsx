// A checklist as it was read: its lines, which of them are gates, and what the importer and the lint say of them.
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { factsByLine, linesOf } from '../import-words.ts'
import type { LineFacts, ReadingView } from '../import-words.ts'
import { Choices } from '../parts/choices.tsx'
import { ShowMore } from '../parts/more.tsx'
import type { ImportedDocument } from '../plan-answers.ts'
import { ImportLine } from './import-line.tsx'

/** Lines drawn at once: a document may have a hundred thousand. */
const SHOWN_STEP_COUNT = 400

interface ReadingTerms {
  readonly document: ImportedDocument
  readonly bytes: Uint8Array
}

const NOTHING_THERE: Readonly<Record<ReadingView, string>> = {
  gates: 'Nothing was recognised as a gate.',
  notes: 'Nothing was left out, and nothing was unclear.',
  lint: 'Nothing: no command here can exit 0 while its gate is false, as far as it can be read.',
  lines: 'The document has no lines.',
}

export function ImportReading({ document, bytes }: ReadingTerms): ReactNode {
  const [view, choose] = useState<ReadingView>('gates')
  const [limit, extend] = useState(SHOWN_STEP_COUNT)
  const lines = useMemo(() => linesOf(bytes), [bytes])
  const facts = useMemo(() => factsByLine(document), [document])
  const shown = useMemo(() => numbersOf(view, facts, lines.length), [view, facts, lines])
  const countOfKind = (kind: 'gates' | 'notes' | 'lint'): number =>
    [...facts.values()].reduce((sum, each) => sum + each[kind].length, 0)
  return (
    <section aria-labelledby="reading">
      <div className="section-head">
        <h3 id="reading">How it was read</h3>
        <Choices
          label="Which lines"
          chosen={view}
          onChoose={(next) => {
            choose(next)
            extend(SHOWN_STEP_COUNT)
          }}
          choices={[
            ['gates', `Recognised ${countOfKind('gates')}`],
            ['notes', `Left out or unclear ${countOfKind('notes')}`],
            ['lint', `Lint of the code ${countOfKind('lint')}`],
            ['lines', `Whole document ${lines.length}`],
          ]}
        />
      </div>
      {shown.length === 0 ? (
        <p className="soft">{NOTHING_THERE[view]}</p>
      ) : (
        <>
          <ol className="lines">
            {shown.slice(0, limit).map((line) => (
              <ImportLine
                key={line}
                line={line}
                text={lines[line - 1] ?? ''}
                facts={facts.get(line)}
                view={view}
              />
            ))}
          </ol>
          <ShowMore
            what="lines"
            shownCount={Math.min(limit, shown.length)}
            total={shown.length}
            step={SHOWN_STEP_COUNT}
            onMore={() => extend(limit + SHOWN_STEP_COUNT)}
          />
        </>
      )}
    </section>
  )
}

function numbersOf(
  view: ReadingView,
  facts: ReadonlyMap<number, LineFacts>,
  lineCount: number,
): readonly number[] {
  if (view === 'lines') return Array.from({ length: lineCount }, (_, at) => at + 1)
  return [...facts]
    .filter(([, each]) => each[view].length > 0)
    .map(([line]) => line)
    .toSorted((one, other) => one - other)
}
