// A folder of append-only records that are whole or not there: what must be on disk before the database says yes.
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { SeaworthyError } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { faultOfFile, syncFolder, writeDurably } from './files.ts'
import {
  encodeJournalFrame,
  headerOf,
  scanSegment,
  SEGMENT_HEADER_BYTES,
  segmentSalt,
} from './journal-frames.ts'

/** A file that has grown to this many bytes is followed by a new one. */
const SEGMENT_LIMIT_BYTES = 4 * 1024 * 1024
/** Files kept; when there is one more, the oldest goes. */
const SEGMENTS_KEPT = 8
const SEGMENT_NAME = /^(\d{8})\.journal$/

/** Records in the order they were appended. One process may use a folder at a time; calls queue up. */
export interface RecordJournal {
  /** Every record that was whole when the folder was opened, oldest first; the memory goes with the first call. */
  takeRecords(): readonly Uint8Array[]
  /** Bytes of an unfinished append that were cut off the end when the folder was opened. */
  readonly cutBytes: number
  /**
   * All of them or none, durable when it resolves. After a failure that left the file in doubt every later call fails.
   * @throws PLATFORM_DISK_FULL, PLATFORM_FILE_FAILED
   */
  append(records: readonly Uint8Array[]): Promise<void>
  /** Begins a new file and removes every other: for records that must not be kept. */
  forget(): Promise<void>
  close(): Promise<void>
}

export interface JournalLimits {
  readonly segmentLimitBytes?: number
  readonly segmentsKept?: number
}

/**
 * Opens the journal in a folder, made when missing, and cuts off what a crash left unfinished at its end.
 * @throws PLATFORM_JOURNAL_DAMAGED when something before the end is not as it was written; PLATFORM_FILE_FAILED
 */
export async function openRecordJournal(
  folder: string,
  limits: JournalLimits = {},
): Promise<RecordJournal> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const names = (await readdir(folder)).filter((name) => SEGMENT_NAME.test(name)).sort()
    const records: Uint8Array[] = []
    let end = SEGMENT_HEADER_BYTES
    let cutBytes = 0
    assertNoFileMissing(names)
    for (const name of names) {
      const isLast = name === names.at(-1)
      const bytes = new Uint8Array(await readFile(join(folder, name)))
      const scanned = scanSegment(bytes)
      if (scanned.isDamaged || (!isLast && scanned.end !== bytes.length))
        throw platformFault(
          'PLATFORM_JOURNAL_DAMAGED',
          `expected ${name} to be as it was written, got a difference at byte ${scanned.end}`,
        )
      for (const record of scanned.records) records.push(record)
      end = scanned.end
      cutBytes = bytes.length - scanned.end
    }
    const journal = new SegmentedJournal(folder, names, records, cutBytes, limits)
    await journal.begin(end)
    return journal
  } catch (error) {
    if (error instanceof SeaworthyError) throw error
    throw faultOfFile(error, `expected to open the journal in ${folder}`)
  }
}

class SegmentedJournal implements RecordJournal {
  readonly cutBytes: number
  readonly #folder: string
  readonly #names: string[]
  readonly #limits: Required<JournalLimits>
  #records: readonly Uint8Array[]
  #file: FileHandle | undefined
  #salt: Uint8Array = new Uint8Array()
  #sizeBytes = 0
  #broken: unknown
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    folder: string,
    names: readonly string[],
    records: readonly Uint8Array[],
    cutBytes: number,
    limits: JournalLimits,
  ) {
    this.#folder = folder
    this.#names = [...names]
    this.#records = records
    this.cutBytes = cutBytes
    this.#limits = {
      segmentLimitBytes: limits.segmentLimitBytes ?? SEGMENT_LIMIT_BYTES,
      segmentsKept: limits.segmentsKept ?? SEGMENTS_KEPT,
    }
  }

  /** @param end where the last file's last whole append ends */
  async begin(end: number): Promise<void> {
    const last = this.#names.at(-1)
    if (last === undefined) {
      await this.#startSegment()
      return
    }
    await this.#useSegment(last)
    this.#sizeBytes = end
    if (this.cutBytes > 0) await this.#cutBack()
  }

  takeRecords(): readonly Uint8Array[] {
    const records = this.#records
    this.#records = []
    return records
  }

  append(records: readonly Uint8Array[]): Promise<void> {
    return this.#inTurn(() => this.#appendNow(records))
  }

  forget(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#startSegment(1)
      } catch (error) {
        throw faultOfFile(error, 'expected to begin a new journal file')
      }
    })
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      const file = this.#file
      this.#file = undefined
      this.#broken ??= new Error('the journal is closed')
      await file?.close()
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    // The next writer comes even when this one fails; the failure reaches its own caller.
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #appendNow(records: readonly Uint8Array[]): Promise<void> {
    if (this.#broken !== undefined)
      throw faultOfFile(this.#broken, 'expected a journal that can be written')
    try {
      if (this.#sizeBytes >= this.#limits.segmentLimitBytes) await this.#startSegment()
    } catch (error) {
      throw faultOfFile(error, 'expected to begin a new journal file')
    }
    const frame = encodeJournalFrame(this.#salt, this.#sizeBytes, records)
    try {
      await writeAt(this.#openFile(), frame, this.#sizeBytes)
      await this.#openFile().datasync()
      this.#sizeBytes += frame.length
    } catch (error) {
      await this.#giveUp(error)
      throw faultOfFile(error, 'expected to write to the journal')
    }
  }

  /** After a failed write the file must end where it did; if even that fails, nothing more is written to it. */
  async #giveUp(reason: unknown): Promise<void> {
    try {
      await this.#cutBack()
    } catch {
      // The first failure is the one that is told, now and to every later caller.
      this.#broken = reason
    }
  }

  async #cutBack(): Promise<void> {
    const file = this.#openFile()
    await file.truncate(this.#sizeBytes)
    await file.datasync()
  }

  /** The old file stays in use until the new one is there, whole and flushed. */
  async #startSegment(keptCount = this.#limits.segmentsKept): Promise<void> {
    const last = SEGMENT_NAME.exec(this.#names.at(-1) ?? '')?.[1] ?? '0'
    const name = segmentName(Number(last) + 1)
    const partial = join(this.#folder, `${name}.partial`)
    await rm(partial, { force: true })
    await writeDurably(partial, headerOf(randomBytes(16)), 0o600)
    await rename(partial, join(this.#folder, name))
    await syncFolder(this.#folder)
    this.#names.push(name)
    await this.#useSegment(name)
    this.#sizeBytes = SEGMENT_HEADER_BYTES
    while (this.#names.length > keptCount) {
      await rm(join(this.#folder, this.#names[0]!), { force: true })
      this.#names.shift()
    }
  }

  async #useSegment(name: string): Promise<void> {
    const before = this.#file
    const file = await open(join(this.#folder, name), 'r+')
    const header = new Uint8Array(SEGMENT_HEADER_BYTES)
    await file.read(header, 0, SEGMENT_HEADER_BYTES, 0)
    this.#salt = segmentSalt(header)
    this.#file = file
    await before?.close()
  }

  #openFile(): FileHandle {
    if (this.#file === undefined) throw new Error('the journal is closed')
    return this.#file
  }
}

function assertNoFileMissing(names: readonly string[]): void {
  const first = Number(SEGMENT_NAME.exec(names[0] ?? '')?.[1] ?? 1)
  const odd = names.find((name, at) => name !== segmentName(first + at))
  if (odd !== undefined)
    throw platformFault(
      'PLATFORM_JOURNAL_DAMAGED',
      `expected the journal files to follow one another, got a gap before ${odd}`,
    )
}

function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.journal`
}

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
