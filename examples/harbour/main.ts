// Starts harbour on a free loopback port and says on one JSON line where it is.
import type { AddressInfo } from 'node:net'
import { openBookings } from './bookings.ts'
import { openEmbeddedDatabase } from './embedded-database.ts'
import { makeHarbour } from './service.ts'
import type { HarbourVersion } from './service.ts'

const version: HarbourVersion = process.argv.includes('--next') ? '1.5.0' : '1.4.0'
const given = process.env['HARBOUR_DATABASE_URL']
const embedded = given === undefined || given === '' ? await openEmbeddedDatabase() : undefined
const databaseUrl = embedded?.url ?? given ?? ''
const bookings = await openBookings(databaseUrl)
const server = makeHarbour(bookings, version)

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(
    `${JSON.stringify({ url: `http://127.0.0.1:${port}`, databaseUrl, version })}\n`,
  )
})

let isStopping = false
async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  server.closeAllConnections()
  server.close()
  await bookings.close()
  await embedded?.close()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('SIGINT', () => void stop())
// The parent holds the other end of stdin: when it is gone, however it went, so is harbour.
process.stdin.on('end', () => void stop()).resume()
