import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of a clock tick in `/proc`; Linux shows 100 ticks a second on every machine. */
const tickMs = 10

/** CPU time of a process and of all below it, user and system, in milliseconds. */
export function cpuMs(pid: number): number {
  return sum(
    tree(pid).map(({ pid: member, ownMs, endedChildrenMs }) => {
      // The threads tell nanoseconds, but a thread that has ended is missing among them.
      return Math.max(threadsMs(member), ownMs) + endedChildrenMs
    }),
  )
}

/** Memory of a process and of all below it. */
export interface Memory {
  /** Resident, with the pages of mapped files. */
  residentMegabytes: number
  /** Resident without the pages of files, which the system can drop at any time. */
  anonymousMegabytes: number
}

export function memoryOf(pid: number): Memory {
  const texts = tree(pid).map(({ pid: member }) => read(`/proc/${String(member)}/status`))
  return {
    residentMegabytes: sum(texts.map((status) => kilobytes(status, 'VmRSS'))) / 1_024,
    anonymousMegabytes: sum(texts.map((status) => kilobytes(status, 'RssAnon'))) / 1_024,
  }
}

interface Member {
  pid: number
  parent: number
  /** CPU time in whole ticks. */
  ownMs: number
  endedChildrenMs: number
}

function tree(pid: number): Member[] {
  const all = list('/proc')
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
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [parent = 0] = fields.slice(1)
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11)
  return {
    pid,
    parent,
    ownMs: (user + system) * tickMs,
    endedChildrenMs: (endedUser + endedSystem) * tickMs,
  }
}

/** CPU time of the threads that run now. */
function threadsMs(pid: number): number {
  const folder = `/proc/${String(pid)}/task`
  const texts = list(folder).map((thread) => read(`${folder}/${thread}/schedstat`))
  return sum(texts.map((text) => Number(text.split(' ', 1)[0]))) / 1_000_000
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

/** @returns an empty list for a process that has just ended */
function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
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
