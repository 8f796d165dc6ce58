import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of a clock tick in `/proc`; Linux shows 100 ticks a second on every machine. */
const tickMs = 10

/** CPU time of a process and of all below it, user and system, in milliseconds. */
export function cpuMs(pid: number): number {
  return sum(tree(pid).map(({ ticks }) => ticks)) * tickMs
}

/** Memory of a process and of all below it. */
export interface Memory {
  /** Resident, with the pages of mapped files. */
  residentMegabytes: number
  /** Resident without the pages of files, which the system can drop at any time. */
  anonymousMegabytes: number
}

export function memoryOf(pid: number): Memory {
  const fields = tree(pid).map(({ pid: member }) => statusOf(member))
  return {
    residentMegabytes: sum(fields.map((status) => kilobytes(status, 'VmRSS'))) / 1_024,
    anonymousMegabytes: sum(fields.map((status) => kilobytes(status, 'RssAnon'))) / 1_024,
  }
}

interface Member {
  pid: number
  parent: number
  /** Ticks of this process and of those below it that have ended. */
  ticks: number
}

function tree(pid: number): Member[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => memberOf(Number(name)))
    .filter((member) => member !== undefined)
  const members = all.filter((member) => member.pid === pid)
  for (const { pid: parent } of members) {
    members.push(...all.filter((member) => member.parent === parent))
  }
  return members
}

function memberOf(pid: number): Member | undefined {
  const stat = read(`/proc/${String(pid)}/stat`)
  if (stat === '') return undefined
  // The name of the program, in parentheses, can hold spaces. The state comes after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [parent = 0, ...times] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]))
  return { pid, parent, ticks: sum(times) }
}

function statusOf(pid: number): string {
  return read(`/proc/${String(pid)}/status`)
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

/** @returns an empty text for a process that has just ended */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
