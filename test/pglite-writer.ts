// A process to be killed: commits rows to the embedded database and prints each acknowledged number.
import { openPglite, systemClock } from '../src/platform/index.ts'
import { emptyTemplate } from './database.ts'

const ROW_LIMIT = 100_000

const sql = await openPglite({
  folder: process.argv[2] ?? '',
  clock: systemClock,
  template: await emptyTemplate(),
})
await sql.transaction('system', (tx) =>
  tx.query('create table if not exists kept (id bigint primary key)'),
)
for (let written = 0; written < ROW_LIMIT; written++) {
  const [row] = await sql.transaction('system', (tx) =>
    tx.query<{ id: number }>(
      'insert into kept select coalesce(max(id), 0) + 1 from kept returning id',
      [],
    ),
  )
  process.stdout.write(`${row?.id}\n`)
}
