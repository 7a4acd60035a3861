// Holds what the candidate says of its API to the standard, and to what it answers.
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, read, tell } from './asking.ts'

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>
}
interface Described {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch']
const answer = await read('/openapi.json')
const described = (await answer.json()) as Described
const judged = await new Validator().validate(structuredClone(described) as never)
expect(judged.valid, `not OpenAPI: ${JSON.stringify(judged.errors)}`)
expect(described.openapi.startsWith('3.1'), `expected OpenAPI 3.1, got ${described.openapi}`)
const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
  METHODS.filter((method) => methods[method] !== undefined).map((method) => ({
    method,
    path,
    operation: methods[method]!,
  })),
)
let answered = 0
for (const { method, path, operation } of operations) {
  // A stream has no end, and what needs a value of somebody's has no answer to be expected.
  if (method !== 'get' || path.includes('{') || /stream|feed/.test(path)) continue
  const { status, body } = await read(path)
  // An answer that is not read on, such as /v1/changes, would keep this process.
  await body?.cancel()
  const said = operation.responses
  const isSaid = [String(status), `${String(status)[0]}XX`, 'default'].some((word) => word in said)
  expect(isSaid && status < 500, `GET ${path}: ${status} is not in the document`)
  answered += 1
}
tell({ Operations: operations.length, 'Answered as described': answered })
