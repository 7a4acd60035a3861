// What can go wrong with a log, and what each failure asks of the reader.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const ledgerErrors = defineErrors({
  LEDGER_ANCHOR_FAILED: {
    status: 502,
    exit: EXIT.unavailable,
    title: 'The place outside the database did not take or give checkpoints',
    hint: 'The message says what it answered. The checkpoint is signed; anchor it again.',
    retryable: true,
  },
  LEDGER_APPEND_REFUSED: {
    status: 500,
    exit: EXIT.invalid,
    title: 'The database refused entries that do not continue the log',
    hint: 'Run `seaworthy ledger verify` on the tenant; do not append by other means.',
  },
  LEDGER_CHECKPOINT_FORKED: {
    status: 500,
    exit: EXIT.invalid,
    title: 'The log no longer contains what was signed before',
    hint: 'Entries were changed, or another database was put in place. Keep both and compare them before going on.',
  },
  LEDGER_CLOCK_JUMPED: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'The clock went forward by more than 10 minutes at once',
    hint: 'Check the clock. If it is right now, start Seaworthy again or allow the jump.',
  },
  LEDGER_DAY_CONFLICT: {
    status: 409,
    exit: EXIT.invalid,
    title: 'The day is sealed with another root',
    hint: 'The entries of a sealed day were changed. Run `seaworthy ledger verify` and keep both databases.',
  },
  LEDGER_DAY_OPEN: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The day is not over yet',
    hint: 'Days are UTC. Seal the day after its end; until then sign a checkpoint.',
  },
  LEDGER_DAY_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'The day is not sealed',
    hint: 'Seal it with `seaworthy ledger checkpoint --date DAY`.',
  },
  LEDGER_ENTRY_CONFLICT: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The id belongs to an entry that says something else',
    hint: 'Use a new id for a new fact; send a repeated fact unchanged.',
  },
  LEDGER_ENTRY_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The entry cannot be recorded as it is',
    hint: 'The message names the field. Types are words joined by dots, ids are UUIDs of version 7.',
  },
  LEDGER_ENTRY_TOO_LARGE: {
    status: 413,
    exit: EXIT.usage,
    title: 'The entry is too large',
    hint: 'Keep large content as evidence and name its digest in the entry.',
  },
  LEDGER_ENTRY_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'The log has no such entry or size',
    hint: 'Sizes and positions beyond the end of the log have no proof yet.',
  },
  LEDGER_ENTRY_UNREADABLE: {
    status: 500,
    exit: EXIT.invalid,
    title: 'A stored entry cannot be read',
    hint: 'The row was changed outside Seaworthy. Run `seaworthy ledger verify` to find every such row.',
  },
  LEDGER_EXPORT_REFUSED: {
    status: 422,
    exit: EXIT.invalid,
    title: 'The export is not a whole and current copy of the ledger',
    hint: 'Name a new file: the command writes it, and goes on only when it was read back.',
  },
  LEDGER_JOURNAL_BEHIND: {
    status: 500,
    exit: EXIT.fault,
    title: 'The entries are committed, but the journal could not take them',
    hint: 'Look before repeating: the change was made. Make room on the disk or repair it, then go on.',
  },
  LEDGER_JOURNAL_CONTRADICTS: {
    status: 500,
    exit: EXIT.invalid,
    title: 'The journal holds entries that the database does not',
    hint: 'The database is older or other than what was appended. Restore the newer one; the log can be read meanwhile.',
  },
  LEDGER_JOURNAL_UNREADABLE: {
    status: 500,
    exit: EXIT.invalid,
    title: 'A record of the journal cannot be read',
    hint: 'Another version of Seaworthy wrote it. Start that version, or verify the ledger and begin an empty journal.',
  },
  LEDGER_LOG_ARCHIVED: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The tenant writes its first ledger again, so this one takes no entries',
    hint: 'It can be read and verified. `seaworthy ledger migrate up` goes on with it.',
  },
  LEDGER_LOG_EMPTY: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The log has no entry yet',
    hint: 'Append something first; there is nothing to sign or to prove.',
  },
  LEDGER_LOG_ROLLED_BACK: {
    status: 500,
    exit: EXIT.invalid,
    title: 'The log is shorter than what was signed before',
    hint: 'The database is older than the signed checkpoint. Restore the newer one before going on.',
  },
  LEDGER_QUEUE_FULL: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'Too many entries wait to be appended',
    hint: 'Try again in a moment.',
    retryable: true,
  },
  LEDGER_QUORUM_MISSED: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'Too few witnesses cosigned the checkpoint',
    hint: 'The checkpoint is signed; ask again when the witnesses answer. Their refusals are in the details.',
    retryable: true,
  },
  LEDGER_V1_BROKEN: {
    status: 409,
    exit: EXIT.invalid,
    title: 'The ledger of the first version does not hold by its own rules',
    hint: 'Look at the rows that are named. If the description is right, `--accept-broken` takes them in as they are, and the first entry says so for good.',
  },
  LEDGER_V1_BUSY: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'Somebody else holds the ledger of the first version',
    hint: 'Nothing was changed. Stop what writes it, or try again.',
    retryable: true,
  },
  LEDGER_V1_DESCRIPTION_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The description of the first ledger does not fit',
    hint: 'See docs/ledger.md for what it may say; the message names the place.',
  },
  LEDGER_V1_REFUSED: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The migration is not possible as things are',
    hint: 'Nothing was changed. `seaworthy ledger migrate status` shows how things are.',
  },
  LEDGER_RECEIPT_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'The receipt or the block header cannot be read',
    hint: 'Give an .ots file of OpenTimestamps over SHA-256, the file that was stamped, and a block header of 80 bytes or 160 hexadecimal digits.',
  },
  LEDGER_TENANT_UNKNOWN: {
    status: 404,
    exit: EXIT.notFound,
    title: 'There is no such tenant',
    hint: 'Check the tenant id.',
  },
})

export const ledgerFault = faultsOf(ledgerErrors)
