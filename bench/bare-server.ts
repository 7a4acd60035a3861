// What the server is measured against: bare Fastify that answers the same question and nothing else.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import pg from 'pg'

const POOL_SIZE = 10

/** Bare Fastify: the same question in two statements of one transaction, where the server asks one, no key, no limit, no schema, rows as they come. */
async function runBare(databaseUrl: string, entryCount: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL_SIZE })
  const server = Fastify({ logger: false })
  server.get('/v1/ledger/entries', async () => {
    const client = await pool.connect()
    try {
      await client.query(
        "begin isolation level read committed; set local role seaworthy_app; set local seaworthy.tenant = 'local'",
      )
      const log = await client.query<{ log_id: number; size: string }>(
        `select l.log_id, l.origin, l.genesis, h.size
         from ledger_log l left join ledger_head h on h.log_id = l.log_id where l.tenant_id = $1 and l.state = 'open'`,
        ['local'],
      )
      const { log_id: logId, size } = log.rows[0]!
      const { rows } = await client.query<{ seq: string; leaf: Buffer; leaf_hash: Buffer }>(
        `select seq, leaf, leaf_hash from ledger_entry
         where log_id = $1 and seq >= $2 and seq < $3 order by seq limit $4`,
        [logId, 0, size, entryCount],
      )
      await client.query('commit')
      return {
        data: rows.map(({ seq, leaf, leaf_hash }) => ({
          seq,
          leaf: leaf.toString('utf8'),
          leafHash: leaf_hash.toString('hex'),
        })),
      }
    } finally {
      client.release()
    }
  })
  await server.listen({ port: 0, host: '127.0.0.1' })
  const { port } = server.server.address() as AddressInfo
  process.stdout.write(`Serving on http://127.0.0.1:${port}\n`)
}

await runBare(process.argv[2] ?? '', Number(process.argv[3]))
