// Checks the settings, as built, where the server finds them.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('../..', import.meta.url)))
const built = new URL('../dist/commands/doctor.js', import.meta.url)
if (existsSync(built)) {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const { doctorCommand } = await import(built.href)
  // A connection that hangs must not keep the process alive.
  process.exit(
    await doctorCommand(process.argv.slice(2), process.env, {
      out: (line) => process.stdout.write(`${line}\n`),
      err: (line) => process.stderr.write(`${line}\n`),
    }),
  )
} else {
  process.stderr.write('Nothing is built yet. Run: pnpm build\n')
  process.exitCode = 1
}
