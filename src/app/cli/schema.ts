// The schema command: prints the JSON Schema of a file that people write, for their editor.
import { z } from 'zod'
import { EXIT, nearestName, utf8Bytes } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { planJsonSchema } from '../../gates/index.ts'
import { controlsJsonSchema } from '../../release/index.ts'
import { configSchema } from '../config-file.ts'
import { appFault } from '../errors.ts'

/** Schemas by the word that asks for them. */
export const schemasByName: ReadonlyMap<string, () => object> = new Map([
  ['plan', () => planJsonSchema()],
  ['config', configJsonSchema],
  ['controls', () => controlsJsonSchema()],
])

function configJsonSchema(): object {
  return {
    ...z.toJSONSchema(configSchema, { io: 'input' }),
    description: 'seaworthy.yaml: what a repository says about itself.',
  }
}

export async function runSchemaCommand(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const asked = args[0] ?? ''
  const make = schemasByName.get(asked)
  if (make === undefined) {
    const names = [...schemasByName.keys()]
    const nearest = nearestName(asked, names)
    throw appFault(
      'APP_OPTION_INVALID',
      `expected ${names.join(' or ')}, got ${JSON.stringify(asked)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    )
  }
  const schema = make()
  const text = JSON.stringify(schema, null, 2)
  if (typeof options['out'] !== 'string') return { exit: EXIT.ok, data: schema, text }
  const path = context.files.resolve(options['out'])
  await context.files.write(path, utf8Bytes(`${text}\n`))
  return { exit: EXIT.ok, data: { path }, text: `  schema: ${path}` }
}
