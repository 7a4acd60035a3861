// Starts harbour on a free loopback port and says on one JSON line where it is.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBookings } from './bookings.ts'
import { openEmbeddedDatabase } from './embedded-database.ts'
import { makeGuards } from './guards.ts'
import { makeHarbour } from './service.ts'
import type { HarbourVersion } from './service.ts'

const version: HarbourVersion = process.argv.includes('--next') ? '1.5.0' : '1.4.0'
const given = process.env['HARBOUR_DATABASE_URL']
const embedded = given === undefined || given === '' ? await openEmbeddedDatabase() : undefined
const databaseUrl = embedded?.url ?? given ?? ''
const bookings = await openBookings(databaseUrl)
// A deployment names a file of its own, and all its processes the same one; a walk leaves nothing behind.
const givenSwitches = process.env['HARBOUR_SWITCHES']
const folder =
  givenSwitches === undefined ? await mkdtemp(join(tmpdir(), 'harbour-switches-')) : undefined
const switchPath = givenSwitches ?? join(folder ?? '.', 'switches.json')
const operatorKey = process.env['HARBOUR_OPERATOR_KEY'] ?? randomBytes(24).toString('base64url')
const pageOrigins = (process.env['HARBOUR_ORIGINS'] ?? 'https://app.harbour.example').split(' ')
const guards = makeGuards({ switchPath, operatorKey, pageOrigins })
await guards.switches.start()
const server = makeHarbour(bookings, version, guards)

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${port}`, databaseUrl, version, operatorKey })}\n`,
  )
})

let isStopping = false
async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  server.closeAllConnections()
  server.close()
  guards.switches.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  await bookings.close()
  await embedded?.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
// The parent holds the other end of stdin: when it is gone, however it went, so is harbour.
process.stdin.on('end', () => void stop()).resume()
