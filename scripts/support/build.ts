import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.ts'
import { giveUp, say } from './say.ts'

const webSources = [
  ...['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'web/compress.ts'],
  'shared/src',
]

/** Builds the SPA unless the last build is newer than all that it is made of. */
export function buildWeb(): void {
  if (changedAt(join(root, 'web/dist/index.html')) > Math.max(...webSources.map(newestIn))) return
  say('Building the SPA …')
  runTool('vite/bin/vite.js', ['build', 'web', '--logLevel', 'warn'])
}

/** Builds what plain `node` runs; quick when little has changed. `pnpm mutate` has built it already. */
export function buildServer(): void {
  if (process.env['SERVER_IS_BUILT'] === '1') return
  say('Building the server …')
  runTool('typescript/bin/tsc', ['-b', 'shared', 'server', 'emulator'])
}

function runTool(script: string, args: string[]): void {
  const path = join(root, 'node_modules', script)
  const { status } = spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) giveUp(`"${script} ${args.join(' ')}" failed; its own words are above.`)
}

function newestIn(path: string): number {
  const full = join(root, path)
  if (!statSync(full).isDirectory()) return changedAt(full)
  const files = readdirSync(full, { recursive: true, encoding: 'utf8' })
  return Math.max(...files.map((file) => changedAt(join(full, file))))
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
