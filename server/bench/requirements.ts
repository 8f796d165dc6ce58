import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** What the bench cannot do without, and this machine lacks, with the command that helps. */
export function missingRequirements(): string[] {
  return [
    ...(process.platform === 'linux' ? [] : ['Linux: CPU time and memory are read from /proc']),
    ...(availableParallelism() >= 2
      ? []
      : ['a second core: one is for the server, one for its load']),
    ...(isCommand('taskset', '--version') ? [] : ['taskset: apt-get install util-linux']),
    ...(isCommand('wrk', '--version') ? [] : ['wrk: apt-get install wrk']),
  ]
}

function isCommand(name: string, argument: string): boolean {
  return spawnSync(name, [argument]).error === undefined
}
