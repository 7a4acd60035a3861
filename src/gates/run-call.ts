// The command that previewed a run, so that its token alone can carry the run out.
import { z } from 'zod'

/** The file and the options of the command that previewed, so that the token alone repeats it; nothing of it is secret. */
export const callSchema = z.strictObject({
  file: z.string().max(4096),
  options: z.record(
    z.string().max(100),
    z.union([z.string().max(4096), z.array(z.string().max(4096)).max(1000)]),
  ),
})

export type RunCall = z.infer<typeof callSchema>
