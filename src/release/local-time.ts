// Door of release for a browser: a local time that a reader wrote, as the instant that it is in the zone they read times in.
import { readMoment } from '../register/index.ts'
import { zoneName } from './reader-moment.ts'

/**
 * The instant of a local time, read as commands read one: what a change of clocks skips with the offset before it, and the first
 * of what comes twice.
 *
 * @param text `YYYY-MM-DDThh:mm`, as a field for times gives it; what is no time comes back as it is, for the server to refuse in its own words
 * @param reader an IANA name; undefined = the zone of this machine
 */
export function instantOfLocalTime(text: string, reader: string | undefined): string {
  const read = readMoment(text, zoneName(reader), 0)
  return read.ok ? new Date(read.value).toISOString() : text
}
