// A module as a user's service hands it to the worker that tries contracts; on request it behaves as no compiler should.
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ContractCompiler } from '../src/guard/index.ts'

const ajv = (): Ajv2020 => new Ajv2020({ strict: true })

export const compileContract: ContractCompiler = (schema) => {
  const wish: unknown = Reflect.get(schema, '$comment')
  if (wish === 'never end') for (;;);
  if (wish === 'take all memory') {
    const taken: unknown[] = []
    for (;;) taken.push(Array.from({ length: 10_000 }, () => ({})))
  }
  if (wish === 'leave') process.exit(3)
  if (wish === 'answer with a promise') return (() => Promise.resolve(false)) as never
  return ajv().compile(schema)
}
