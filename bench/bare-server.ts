// What the server is measured against: bare Fastify that answers the same question and nothing else.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import pg from 'pg'

const POOL_SIZE = 10

/** The statement of the server's own page of a log, without what only the server needs: epochs and erasures. */
const PAGE = `select h.size, e.seq, e.leaf, e.leaf_hash
  from ledger_log l join ledger_head h on h.log_id = l.log_id
    left join lateral (select seq, leaf, leaf_hash from ledger_entry
      where log_id = l.log_id and seq >= $2 and seq < h.size order by seq limit $3) e on true
  where l.tenant_id = $1 and l.state = 'open' order by e.seq`

interface PageRow {
  readonly seq: string
  readonly leaf: Buffer
  readonly leaf_hash: Buffer
}

/**
 * Bare Fastify: the same question in the same one statement; no transaction, no row security, no key, no limit, no schema.
 * @param name of the statement, which its sessions then keep planned; absent = planned each time
 */
async function runBare(databaseUrl: string, entryCount: number, name?: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL_SIZE })
  const question = name === undefined ? { text: PAGE } : { text: PAGE, name }
  const server = Fastify({ logger: false })
  server.get('/v1/ledger/entries', async () => {
    const { rows } = await pool.query<PageRow>({ ...question, values: ['local', 0, entryCount] })
    return {
      data: rows.map(({ seq, leaf, leaf_hash }) => ({
        seq,
        leaf: leaf.toString('utf8'),
        leafHash: leaf_hash.toString('hex'),
      })),
    }
  })
  await server.listen({ port: 0, host: '127.0.0.1' })
  const { port } = server.server.address() as AddressInfo
  process.stdout.write(`Serving on http://127.0.0.1:${port}\n`)
}

await runBare(process.argv[2] ?? '', Number(process.argv[3]), process.argv[4])
