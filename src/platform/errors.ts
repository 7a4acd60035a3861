// What can go wrong at the edge of the process, and what each failure asks of the reader.
import { defineErrors, EXIT, faultsOf } from '../kernel/index.ts'

export const platformErrors = defineErrors({
  PLATFORM_BLOB_DAMAGED: {
    status: 500,
    exit: EXIT.invalid,
    title: 'Stored bytes do not match their digest',
    hint: 'The disk or somebody changed the file. Restore it from a backup; do not rely on it.',
  },
  PLATFORM_CHECKPOINT_CONFLICT: {
    status: 409,
    exit: EXIT.conflict,
    title: 'The checkpoint guard already holds a later or different checkpoint',
    hint: 'The database is older than what was signed. Restore the newer database before signing again.',
  },
  PLATFORM_DATABASE_BUSY: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'Too many transactions are waiting for the database',
    hint: 'Try again in a moment.',
    retryable: true,
  },
  PLATFORM_DATABASE_LOST: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'The embedded database stopped',
    hint: 'Start Seaworthy again; every acknowledged transaction is on the disk.',
    retryable: true,
  },
  PLATFORM_DATABASE_UNREACHABLE: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'PostgreSQL does not answer',
    hint: 'Check that the server runs and that the database URL is right, then try again.',
    retryable: true,
  },
  PLATFORM_DISK_FULL: {
    status: 507,
    exit: EXIT.unavailable,
    title: 'The disk is full',
    hint: 'Free some space and try again; nothing half written was kept.',
    retryable: true,
  },
  PLATFORM_FILE_FAILED: {
    status: 500,
    exit: EXIT.fault,
    title: 'A file could not be read or written',
    hint: 'Check the path, its owner and its permissions.',
  },
  PLATFORM_FOLDER_LOCKED: {
    status: 409,
    exit: EXIT.conflict,
    title: 'Another process uses this folder',
    hint: 'Wait until the other command ends, or keep `seaworthy serve` running: commands then go through it.',
  },
  PLATFORM_GZIP_REFUSED: {
    status: 422,
    exit: EXIT.invalid,
    title: 'The gzip data is damaged or too large',
    hint: 'Fetch the file again from its source.',
  },
  PLATFORM_JOURNAL_DAMAGED: {
    status: 500,
    exit: EXIT.invalid,
    title: 'A journal file is damaged before its end',
    hint: 'The disk or somebody changed it. Keep the folder, verify the ledger, then start with an empty journal folder.',
  },
  PLATFORM_KEY_EXPOSED: {
    status: 500,
    exit: EXIT.notPermitted,
    title: 'A private key file can be read by others',
    hint: 'Treat the key as lost, or run chmod 600 on it if you know that nobody read it.',
  },
  PLATFORM_KEY_UNREADABLE: {
    status: 500,
    exit: EXIT.invalid,
    title: 'A private key file is damaged or holds another kind of key',
    hint: 'Restore the key file from a backup. Removing it makes a new key with a new identity.',
  },
  PLATFORM_MIGRATION_CHANGED: {
    status: 500,
    exit: EXIT.conflict,
    title: 'A migration was edited after it had been applied',
    hint: 'Put the file back as it was and write a new migration instead.',
  },
  PLATFORM_MIGRATION_FAILED: {
    status: 500,
    exit: EXIT.fault,
    title: 'A migration failed and was rolled back',
    hint: 'Read the cause, repair the file or the database, and run the migration again.',
  },
  PLATFORM_MIGRATION_UNKNOWN: {
    status: 500,
    exit: EXIT.conflict,
    title: 'The database and the migration files do not fit each other',
    hint: 'The database belongs to another version of Seaworthy, or a file is missing or misnamed.',
  },
  PLATFORM_REQUEST_FAILED: {
    status: 502,
    exit: EXIT.unavailable,
    title: 'An outbound request got no answer',
    hint: 'Check the address and that the other side runs.',
    retryable: true,
  },
  PLATFORM_REQUEST_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'An outbound request is not allowed in this form',
    hint: 'Use an http or https address without user name and password in it.',
  },
  PLATFORM_SPAWN_LOST: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'The process that starts commands ended before its command',
    hint: 'What the command did is unknown. Look, then run again; a run is resumed.',
    retryable: true,
  },
  PLATFORM_SPAWN_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'A process cannot be started with these settings',
    hint: 'Remove zero bytes from the command and keep the limits within their ranges.',
  },
  PLATFORM_STATEMENT_FAILED: {
    status: 500,
    exit: EXIT.fault,
    title: 'The database refused a statement',
    hint: 'details.sqlstate names the reason in PostgreSQL terms.',
  },
  PLATFORM_TRANSACTION_ENDED: {
    status: 500,
    exit: EXIT.fault,
    title: 'A transaction was used after its end, or had failed before its commit',
    hint: 'This is a defect in Seaworthy; nothing of the transaction was kept.',
  },
  PLATFORM_TRANSACTION_NESTED: {
    status: 500,
    exit: EXIT.fault,
    title: 'A transaction was opened inside another',
    hint: 'This is a defect in Seaworthy; pass the open transaction on instead.',
  },
  PLATFORM_TRANSACTION_TIMED_OUT: {
    status: 503,
    exit: EXIT.unavailable,
    title: 'A transaction took too long and was rolled back',
    hint: 'Try again; if it happens again, report which command was running.',
    retryable: true,
  },
  PLATFORM_VALUE_REFUSED: {
    status: 422,
    exit: EXIT.usage,
    title: 'A value cannot be stored or read exactly',
    hint: 'Text must be well-formed Unicode without zero bytes; integers must stay within 2^53-1.',
  },
})

export const platformFault = faultsOf(platformErrors)
