#!/usr/bin/env node
// Starts the emulator as built. It stands here, not in dist, so that an installation finds it before a build.
import { existsSync } from 'node:fs'

const built = new URL('../dist/main.js', import.meta.url)
if (existsSync(built)) {
  await import(built.href)
} else {
  process.stderr.write('The emulator is not built yet. Run: pnpm build\n')
  process.exitCode = 1
}
