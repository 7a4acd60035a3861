// Entry of the command line.
import { main } from './app/index.ts'

await main(process.argv.slice(2))
