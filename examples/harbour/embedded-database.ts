// A PostgreSQL of its own inside the process, reachable through a socket like any other.
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export interface EmbeddedDatabase {
  readonly url: string
  close(): Promise<void>
}

/** Clients that may be connected at once: the service, and whoever checks it. */
const CONNECTION_LIMIT = 8

export async function openEmbeddedDatabase(): Promise<EmbeddedDatabase> {
  const db = await PGlite.create()
  const server = new PGLiteSocketServer({
    db,
    host: '127.0.0.1',
    port: 0,
    maxConnections: CONNECTION_LIMIT,
  })
  await server.start()
  const [host, port] = server.getServerConn().split(':')
  return {
    url: `postgres://postgres@${host}:${port}/postgres`,
    async close() {
      await server.stop()
      await db.close()
    },
  }
}
