// Preloaded into a server: it kills itself when the answer to the request with the key in the file is about to leave.
import { existsSync, readFileSync } from 'node:fs'
import { ServerResponse } from 'node:http'

const file = process.env['SEAWORTHY_TEST_DEATH_FILE'] ?? ''
const prototype: { writeHead: ServerResponse['writeHead'] } = ServerResponse.prototype
const { writeHead } = prototype

prototype.writeHead = function (this: ServerResponse, ...words: unknown[]): ServerResponse {
  const key = this.req.headers['idempotency-key']
  if (key !== undefined && existsSync(file) && readFileSync(file, 'utf8') === key)
    process.kill(process.pid, 'SIGKILL')
  return Reflect.apply(writeHead, this, words) as ServerResponse
}
