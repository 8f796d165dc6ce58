import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release } from 'node:os'

const require = createRequire(import.meta.url)

/** One line about the machine, one about the versions of what was measured. */
export function describeMachine(): string[] {
  const memory = /MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
  const gigabytes = Math.round(Number(memory) / 1_048_576)
  const [cpu] = cpus()
  const packages = ['fastify', '@fastify/session', 'express', 'express-openid-connect', 'undici']
  return [
    `${cpu?.model ?? 'unknown processor'}, ${String(cpus().length)} cores, ${String(gigabytes)} GB, Linux ${release()}`,
    [
      `Node ${process.version.slice(1)}`,
      ...packages.map((name) => `${name} ${versionOf(name)}`),
      versionIn('apache2', ['-v'], /Apache\/[\d.]+/),
      versionIn('nginx', ['-v'], /nginx\/[\d.]+/),
      versionIn('redis-server', ['--version'], /(?<=v=)[\d.]+/, 'Redis '),
      versionIn('bun', ['--version'], /^([\d.]+)/, 'Bun '),
    ]
      .filter((text) => text !== '')
      .join(', '),
  ]
}

function versionOf(name: string): string {
  // Some packages do not export their package.json.
  let folder = require.resolve(name)
  while (!folder.endsWith(`node_modules/${name}`)) folder = folder.slice(0, folder.lastIndexOf('/'))
  return (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version: string }).version
}

function versionIn(command: string, args: string[], pattern: RegExp, before = ''): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  const found = pattern.exec(`${stdout}${stderr}`)?.[0]
  return found === undefined ? '' : before + found.replace('/', ' ')
}
