import { inPath, installFromDebian, isExecutable } from './debian.ts'
import { say } from './say.ts'

const installed = () => inPath(['redis-server']).find(isExecutable)

/** The path of `redis-server`. Installs it if it is missing, and says so. */
export function findRedis(): string | undefined {
  if (installed() === undefined) installFromDebian('redis-server')
  const found = installed()
  if (found !== undefined) say(`Redis: ${found}`)
  return found
}
