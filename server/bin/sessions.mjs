// Starts the operator's command, as built, where the server finds its settings and its data.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
const built = new URL('../dist/commands/sessions.js', import.meta.url)
if (existsSync(built)) {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const { sessionsCommand } = await import(built.href)
  process.exitCode = await sessionsCommand(process.argv.slice(2), process.env, {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  })
} else {
  process.stderr.write('Nothing is built yet. Run: pnpm build\n')
  process.exitCode = 1
}
