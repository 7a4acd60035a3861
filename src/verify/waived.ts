// Which gates a run counted as waived for what needs them: only those with a waiver in force when it began or went on.
import { canonicalize } from '../kernel/index.ts'
import { foldRegister, termsOf } from '../register/index.ts'
import type { RegisterAct } from '../register/index.ts'
import { waivedGates } from '../verdict/index.ts'
import { CLOCK_SKEW_LIMIT_MS, payloadSays } from './attempts.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart, ProvenEntry } from './ledger-part.ts'

const ENTRIES_PATH = 'entries.json'

/** What an entry `run.waived` says. */
interface WaivedNotice {
  readonly entry: ProvenEntry
  readonly gates: Readonly<Record<string, unknown>>
  readonly asOfMs: number
  readonly changeCount: number
}

/** @param usesBefore how often waivers had been used by a moment, by waiver id */
export function checkWaived(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  recorded: readonly { readonly act: RegisterAct; readonly entry: ProvenEntry }[],
  usesBefore: (entry: ProvenEntry, atMs: number) => ReadonlyMap<string, number>,
): void {
  const { inputs, plan } = contents
  const notices = ledger.entries.filter(
    ({ seq, body }) => body.type === 'run.waived' && seq < inputs.checkpoint.size,
  )
  if (notices.some(({ payload }) => payload === undefined)) {
    inspection.leaveOpen('Which gates the run counted as waived is not disclosed in the ledger.')
    return
  }
  // The last one counts: a run that went on looked again.
  const last = notices.filter(({ payload }) => payloadSays(payload, { run: inputs.run })).at(-1)
  const notice = last === undefined ? undefined : readNotice(last)
  const claimed = inputs.terms.waived ?? {}
  if (canonicalize(notice?.gates ?? {}) !== canonicalize(claimed)) {
    inspection.find(
      'VERIFY_TERMS_DIFFER',
      'expected the waived gates that the ledger has for the run, the decision used others',
      ENTRIES_PATH,
    )
    return
  }
  if (notice === undefined) return
  const { entry, asOfMs, changeCount } = notice
  if (!(Math.abs(asOfMs - entry.timeMs) <= CLOCK_SKEW_LIMIT_MS)) {
    const text = `entry ${entry.seq} looked at waivers at a time far from when the ledger recorded it`
    inspection.find('VERIFY_TIME_IMPOSSIBLE', text, ENTRIES_PATH)
    return
  }
  const acts = recorded.filter((each) => each.entry.seq < entry.seq).map(({ act }) => act)
  const { register } = foldRegister(acts.slice(0, changeCount))
  const { author, subject, edition } = inputs
  const uses = usesBefore(entry, asOfMs - CLOCK_SKEW_LIMIT_MS)
  const terms = termsOf(register, subject, uses, inputs)
  for (const [gate, id] of Object.entries(claimed)) {
    const waivers = terms.waivers.filter((each) => each.id === id)
    const facts = {
      ...terms,
      ...(edition === undefined ? {} : { edition }),
      waivers,
      subject,
      asOfMs,
      ...(author === undefined ? {} : { author }),
    }
    if (Object.hasOwn(waivedGates(plan, facts), gate)) continue
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the run counted ${quoteName(gate)} as waived by ${quoteName(id)}, which was not in force for it at ${new Date(asOfMs).toISOString()}`,
      ENTRIES_PATH,
    )
  }
}

function readNotice(entry: ProvenEntry): WaivedNotice {
  const { gates, asOf, changes } = entry.payload as Readonly<Record<string, unknown>>
  const isMap = typeof gates === 'object' && gates !== null
  return {
    entry,
    gates: isMap ? (gates as Readonly<Record<string, unknown>>) : {},
    asOfMs: typeof asOf === 'string' ? Date.parse(asOf) : Number.NaN,
    changeCount: typeof changes === 'number' ? changes : 0,
  }
}
