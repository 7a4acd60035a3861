// The restore command: shows how a log that was rolled back would go on, and does it when exactly that is confirmed.
import { EXIT, harmlessText } from '../../kernel/index.ts'
import { shellWordOf } from '../../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { LogRestore } from '../../ledger/index.ts'
import type { OtherLog, Restored, RestorePreview, RestoreStatement } from '../../ledger/index.ts'
import { appFault } from '../errors.ts'
import { withLedger } from './ledger-house.ts'

const TRANSACTION_LIMIT_MS = 10 * 60_000
const REASON_LIMIT_CHARACTERS = 1_000

export async function runLedgerRestore(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { reason, as: name, confirm } = options
  if (typeof reason !== 'string' || reason.trim() === '' || reason.length > REASON_LIMIT_CHARACTERS)
    throw appFault('APP_OPTION_INVALID', 'expected --reason to say why the newer database is gone')
  const by = await context.keys.open(typeof name === 'string' ? name : '')
  return withLedger(context, options, TRANSACTION_LIMIT_MS, async (house) => {
    const restore = new LogRestore(house)
    const wish = { tenantId: house.tenantId, reason }
    if (typeof confirm === 'string') return presentDone(await restore.carryOut(wish, confirm, by))
    const words = ` --as ${shellWordOf(by.name)} --reason ${shellWordOf(reason)}`
    return presentPreview(await restore.preview(wish), `${words}${context.placeWords}`)
  })
}

function presentPreview(preview: RestorePreview, words: string): CommandOutcome {
  const { statement, cause, token } = preview
  const lines = [
    `The log takes no entries: ${cause}`,
    ...statementLines(statement),
    'Risk: high. Whoever trusted the lost entries has to look again; the old log never signs anything any more.',
    'Nothing was changed. If the newer database is really gone, once:',
    `  seaworthy ledger restore${words} --confirm ${token}`,
  ]
  const data = { statement, cause, token, risk: 'high' }
  return { exit: EXIT.confirmationRequired, data, text: harmlessText(lines.join('\n')) }
}

function presentDone({ statement, checkpoint }: Restored): CommandOutcome {
  const lines = [
    `Restored: ${statement.next.origin} takes entries now.`,
    ...statementLines(statement),
    `Entry 0 says so, signed; checkpoint of size ${checkpoint.size}, root ${checkpoint.root}`,
  ]
  return { exit: EXIT.ok, data: { statement, checkpoint }, text: harmlessText(lines.join('\n')) }
}

function statementLines({
  tenant,
  old,
  lost,
  others,
  erasures,
  next,
}: RestoreStatement): readonly string[] {
  const signed =
    old.signed === null ? 'nothing' : `size ${old.signed.size}, root ${old.signed.root}`
  return [
    `  tenant ${tenant}, ${old.epoch === 0 ? 'a log that is gone' : `epoch ${old.epoch}`}: ${old.origin}`,
    `    as it stands: size ${old.stands.size}, root ${old.stands.root}`,
    `    signed before, outside the database: ${signed}`,
    `    lost: ${lost === null ? 'what the journal alone knows' : `entries ${lost.from} to ${lost.until - 1}`}`,
    ...others.map(otherLine),
    `    erased before and here again: ${erasures.payloads} payloads, whose keys are destroyed again`,
    ...(erasures.isCovered
      ? []
      : [
          `    NOT KNOWN: erasures before ${erasures.registerSince}, where the erasure register begins: its last copy is not here, so whoever was erased between can be read again`,
        ]),
    `  epoch ${next.epoch}: ${next.origin}`,
  ]
}

function otherLine({ origin, signed, stands }: OtherLog): string {
  const before =
    signed === null ? 'of which nothing was signed' : `of which ${signed.size} entries were signed`
  const now =
    stands === null
      ? 'it is not here any more'
      : `it stands at size ${stands.size}, root ${stands.root}`
  return `    another log, ${origin}, ${before}: ${now}`
}
