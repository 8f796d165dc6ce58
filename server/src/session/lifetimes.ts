import type { SessionRecord } from './record.ts'

export interface Lifetimes {
  /** How long a session lives without use. */
  idleMs: number
  /** How long a session lives in all. */
  maxMs: number
}

/** How long a tombstone outlives its session, so that late requests learn why the session is over. */
export const tombstoneTtlMs = 60 * 60_000

export function idleExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return Math.min(record.lastSeenAt + lifetimes.idleMs, absoluteExpiry(record, lifetimes))
}

export function absoluteExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return record.createdAt + lifetimes.maxMs
}

/** When the record of a session leaves the store. */
export function recordExpiry(record: SessionRecord, lifetimes: Lifetimes): number {
  return absoluteExpiry(record, lifetimes) + tombstoneTtlMs
}

export function isOver(record: SessionRecord, lifetimes: Lifetimes): boolean {
  return Date.now() >= idleExpiry(record, lifetimes)
}

/** Shortest time between two writes of `lastSeenAt`. */
export function touchIntervalMs({ idleMs }: Lifetimes): number {
  return Math.min(60_000, idleMs / 10)
}

/** Time between the warning to the page and the end of the session. */
export function warningTimeMs({ idleMs }: Lifetimes): number {
  return Math.min(2 * 60_000, idleMs / 4)
}
