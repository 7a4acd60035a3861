// A checklist comes in: what was recognised in it, what was not, what the lint says; put aside as a draft before anything of it is pinned or run.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { NO_TERMS, saveDraft } from '../drafts.ts'
import type { DraftTerms } from '../drafts.ts'
import { boardFault } from '../board-fault.ts'
import { faultOf } from '../board-fault.ts'
import type { Fault } from '../board-fault.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { bytesOfFile, DropZone } from '../parts/file.tsx'
import { FaultNote, Loading, useTitle } from '../parts/state.tsx'
import type { ImportedDocument, PlanAnswer } from '../plan-answers.ts'
import { plans } from '../plans-api.ts'
import type { Asked } from '../plans-api.ts'
import { goTo } from '../routes.tsx'
import { countOf, sizeText } from '../words.ts'
import { DraftList } from './draft-list.tsx'
import { ImportReading } from './import-reading.tsx'
import { ImportTerms } from './import-terms.tsx'

/** What the server takes of a plan file; it says itself when a checklist is too large. */
const FILE_LIMIT_BYTES = 32 * 1024 * 1024
const ID_BYTES = 16

interface Outcome {
  readonly document?: ImportedDocument | undefined
  readonly answer?: PlanAnswer
  readonly fault?: Fault
}

export function ImportPage(): ReactNode {
  useTitle('Import')
  const [asked, ask] = useState<Asked>()
  const [outcome, tell] = useState<Outcome>({})
  const [isReading, setReading] = useState(false)
  const look = async (find: () => Promise<Asked>): Promise<void> => {
    setReading(true)
    try {
      const next = await find()
      ask(next)
      tell(await readAll(next))
    } catch (thrown) {
      ask(undefined)
      tell({ fault: faultOf(thrown) })
    } finally {
      setReading(false)
    }
  }
  return (
    <>
      <h1>Import a checklist</h1>
      <p className="lead">
        See what a checklist would do before anything is done. The server reads the file and forgets
        it: nothing is stored, nothing runs, and nothing in it is changed.
      </p>
      <DropZone
        title="Checklist or plan"
        hint="A checklist in Markdown, or a plan file (.yaml). Drop it here or choose it."
        accept=".md,.markdown,.txt,.yaml,.yml"
        onFile={(file) => void look(() => askedOf(file)).catch(reportError)}
      />
      {isReading ? <Loading what="the file" /> : null}
      {outcome.fault === undefined ? null : <FaultNote fault={outcome.fault} />}
      {asked === undefined ? (
        <Steps />
      ) : (
        <Given
          key={asked.name}
          asked={asked}
          outcome={outcome}
          onTerms={(terms) =>
            void look(() => Promise.resolve({ ...asked, ...terms })).catch(reportError)
          }
        />
      )}
      <DraftList />
    </>
  )
}

/** @throws BOARD_FILE_TOO_LARGE, BOARD_FILE_UNREADABLE */
async function askedOf(file: File): Promise<Asked> {
  const { name, size } = file
  if (size > FILE_LIMIT_BYTES)
    throw boardFault(
      'BOARD_FILE_TOO_LARGE',
      `expected at most ${sizeText(FILE_LIMIT_BYTES)}, got ${sizeText(size)}`,
    )
  const bytes = await bytesOfFile(file).catch(() => {
    throw boardFault('BOARD_FILE_UNREADABLE', `expected to read ${name}, the browser could not`)
  })
  return { ...NO_TERMS, name, bytes, isPlan: /\.ya?ml$/i.test(name) }
}

/** What can be read is shown also where the plan is refused: its message is about what was read. */
async function readAll(asked: Asked): Promise<Outcome> {
  let document: ImportedDocument | undefined
  try {
    if (!asked.isPlan) document = await plans.recognise(asked)
    return { document, answer: await plans.draft(asked) }
  } catch (thrown) {
    return { document, fault: faultOf(thrown) }
  }
}

interface GivenTerms {
  readonly asked: Asked
  readonly outcome: Outcome
  onTerms(terms: DraftTerms): void
}

function Given({ asked, outcome, onTerms }: GivenTerms): ReactNode {
  const { document, answer } = outcome
  return (
    <section aria-labelledby="given">
      <h2 id="given">{document?.title ?? asked.name}</h2>
      <p className="soft" role="status">
        {asked.name}, {sizeText(asked.bytes.length)}.{' '}
        {document === undefined ? null : `${saidOf(document)}.`}
      </p>
      {outcome.fault?.code === 'GATES_CHECKLIST_GATELESS' ? (
        <p>Tick here what else shall count as a gate, and have it read again:</p>
      ) : null}
      {asked.isPlan ? null : <ImportTerms terms={asked} plan={answer?.plan} onTerms={onTerms} />}
      {answer === undefined ? null : <SaveDraft asked={asked} answer={answer} />}
      {document === undefined ? null : <ImportReading document={document} bytes={asked.bytes} />}
    </section>
  )
}

function saidOf({ counts, signOffs }: ImportedDocument): string {
  const parts = [
    countOf(counts.gates, 'gate'),
    countOf(counts.blocks, 'block of code', 'blocks of code'),
    countOf(counts.slots, 'value to fill in', 'values to fill in'),
    countOf(counts.toggles, 'yes-or-no mark'),
    countOf(signOffs.length, 'role to sign', 'roles to sign'),
  ]
  return parts.join(', ')
}

function SaveDraft({
  asked,
  answer,
}: {
  readonly asked: Asked
  readonly answer: PlanAnswer
}): ReactNode {
  const act = useAct()
  const { service, version, environment } = answer.plan
  const save = (): void =>
    act.run(async () => {
      const id = makeId()
      await saveDraft({ ...asked, id, savedAtMs: Date.now() })
      goTo(`/import/${id}`)
      return undefined
    })
  return (
    <div className="next-step">
      <p>
        As a plan it is of{' '}
        <strong>
          {service} {version}
        </strong>{' '}
        for {environment}.
      </p>
      <button type="button" className="primary" disabled={act.isBusy} onClick={save}>
        Save as draft and review it
      </button>
      <p className="soft">
        A draft lies in this browser alone. Nothing is pinned and nothing runs before you confirm
        it.
      </p>
      <ActNote act={act} />
    </div>
  )
}

/** Random, because whoever knows nothing of a draft shall not guess its address. */
function makeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** For who is here for the first time. */
function Steps(): ReactNode {
  return (
    <ol className="steps-ahead">
      <li>
        <strong>Import.</strong> Hand in the checklist as it is. Each item that is recognised is
        shown with its line; so is what is not.
      </li>
      <li>
        <strong>Review.</strong> Read what each gate will do: which commands it runs, what it asks
        over the network, which files it writes.
      </li>
      <li>
        <strong>Confirm.</strong> The plan is pinned by its hash; what is run is what you read.
      </li>
      <li>
        <strong>Run.</strong> A runner of yours executes it, and the evidence decides.
      </li>
    </ol>
  )
}
