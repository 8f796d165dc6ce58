import { inPath, installFromDebian, isExecutable } from './debian.ts'
import { say } from './say.ts'

// Debian keeps it where the `PATH` of users does not lead.
const installed = () => [...inPath(['nginx']), '/usr/sbin/nginx'].find(isExecutable)

/** The path of `nginx`. Installs it if it is missing, and says so. */
export function findNginx(): string | undefined {
  if (installed() === undefined) installFromDebian('nginx')
  const found = installed()
  if (found !== undefined) say(`nginx: ${found}`)
  return found
}
